select product, cents / 100.0 as coins
from {{ ref('prices') }}
order by cents desc
