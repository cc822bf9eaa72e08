select product, error('the oven is too hot') as state
from {{ ref('prices') }}
