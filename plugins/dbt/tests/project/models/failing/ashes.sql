select * from {{ ref('burnt') }}
