select day, sum(cents) as cents
from {{ ref('revenue') }}
group by day
order by cents desc
limit 1
