select day, product, {{ total('cents') }} as cents
from {{ ref('priced_sales') }}
group by day, product
