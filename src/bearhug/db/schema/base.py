"""What every table is made with: one collection, keys, and columns that name other tables."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only where the key is spelled INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")


def of(table: str, *, name: str, primary_key: bool = False, null: bool = False) -> "Column[int]":
    """A column that names a row of another table and goes with it; or, with `null`, outlives it."""
    key = ForeignKey(f"{table}.id", ondelete="SET NULL" if null else "CASCADE")
    return Column(name, Id, key, primary_key=primary_key, nullable=null)
