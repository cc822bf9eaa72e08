select product
from {{ ref('price_list') }}
order by coins
limit 1
