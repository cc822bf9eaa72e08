{{ config(materialized='ephemeral') }}
select sales.day, sales.product, sales.pieces * prices.cents as cents
from {{ ref('stg_sales') }} as sales
join {{ ref('prices') }} as prices using (product)
