select product
from {{ ref('prices') }}
