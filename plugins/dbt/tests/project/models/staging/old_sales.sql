{{ config(enabled=false) }}
select * from {{ source('till', 'sales') }}
