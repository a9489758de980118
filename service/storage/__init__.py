"""The only place with SQL: tables, migrations, and a store for each kind of record."""
