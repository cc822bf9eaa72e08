{% macro total(column) %}cast(sum({{ column }}) as bigint){% endmacro %}
