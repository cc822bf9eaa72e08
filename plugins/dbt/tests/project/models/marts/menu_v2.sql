select product, coins
from {{ ref('price_list') }}
