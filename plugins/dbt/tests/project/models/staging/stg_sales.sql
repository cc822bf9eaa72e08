select product, pieces, cast(sold_at as date) as day
from {{ source('till', 'sales') }}
