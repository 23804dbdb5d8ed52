"""Layers from PostGIS and plans into it, on a real server: `.ci/postgis pytest tests/postgis` starts one."""

import logging
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from shapely import box

from gridplan import check_district, make_plan, partition_district, read_layers, read_plan
from gridplan.cli import main
from gridplan.errors import CRSError, LayerError, OutputError
from gridplan.reporting import geopackage

SERVER = os.environ.get("GRIDPLAN_TEST_DATABASE", "")
if not SERVER:
    pytest.skip("no PostGIS: run .ci/postgis pytest tests/postgis", allow_module_level=True)

from sqlalchemy import Engine, create_engine, inspect, text  # noqa: E402 - the extra `postgis`

TABLES = {*geopackage.LAYERS, *geopackage.TABLES, "run", "footprints"} - ({*geopackage.OPTIONAL} - {"footprints"})
PASSWORD = "S3cret-of-the-office"  # noqa: S105 - that of .ci/postgis


@pytest.fixture
def engine() -> Iterator[Engine]:
    """Connect to the server; whatever a test makes is taken away."""
    engine = create_engine(SERVER.replace("postgresql://", "postgresql+psycopg://"))
    yield engine
    with engine.begin() as connection:
        for schema in inspect(connection).get_schema_names():
            if schema not in ("public", "information_schema"):
                connection.execute(text(f'DROP SCHEMA "{schema}" CASCADE'))
        for table in connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars():
            if table != "spatial_ref_sys":
                connection.execute(text(f'DROP TABLE "{table}" CASCADE'))
    engine.dispose()


def make_district() -> dict[str, gpd.GeoDataFrame]:
    """Forty slabs, two communities, one road; some counts and one geometry are missing."""
    cells = [(x, y) for x in range(533_000, 533_800, 100) for y in range(4_629_000, 4_629_200, 40)]
    frame = pd.DataFrame(
        {"楼栋编号": [90_071_992_547_409_930 + i for i in range(40)], "户数": 30, "小区名称": "兴工小区"}
    )
    frame["floors"] = [6.0, np.nan] * 20
    buildings = gpd.GeoDataFrame(frame, geometry=[box(x, y, x + 60, y + 14) for x, y in cells], crs=4550)
    areas = [box(532_950, 4_628_950, 533_390, 4_629_200), box(533_390, 4_628_950, 533_850, 4_629_200)]
    names = {"社区名称": ["东社区", "西社区"], "社区代码": ["210106001001", "210106001002"]}
    communities = gpd.GeoDataFrame(names, geometry=areas, crs=4550)
    roads = gpd.GeoDataFrame({"等级": ["支路"]}, geometry=[areas[0].boundary], crs=4550)
    return {"楼栋": buildings, "社区": communities, "roads": roads}


@pytest.fixture
def district(engine: Engine, tmp_path: Path) -> Path:
    """Write the same district into a folder and into the schema `city`."""
    folder = tmp_path / "district"
    folder.mkdir()
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA city"))
        for name, frame in make_district().items():
            frame.to_file(folder / f"{name}.gpkg")
            frame.to_postgis(name, connection, schema="city", index=False)
        table = pd.DataFrame({"楼栋编号": make_district()["楼栋"]["楼栋编号"].repeat(30), "单元": "1"})
        table.to_sql("住户", connection, schema="city", index=False)
    return folder


def run(*arguments: object) -> tuple[int, str]:
    """Run the command line in this process."""
    result = CliRunner().invoke(main, [str(a) for a in arguments])
    return result.exit_code, result.output


def rows(engine: Engine, table: str) -> pd.DataFrame:
    """Read a table back."""
    with engine.connect() as connection:
        return pd.read_sql(text(f"SELECT * FROM {table}"), connection)


def test_a_table_is_as_good_as_a_file(district: Path) -> None:
    """The same layers, whole numbers beyond 2^53 among them; a schema is as good as a folder."""
    files = read_layers(district)
    roles = {"buildings": f"{SERVER}/city.楼栋", "communities": f"{SERVER}/city.社区", "roads": f"{SERVER}/city.roads"}
    tables = read_layers(roles=roles)
    assert tables.buildings.drop(columns="geometry").equals(files.buildings.drop(columns="geometry"))
    assert tables.buildings.geom_equals(files.buildings).all()
    assert tables.buildings["building_id"][0] == "90071992547409930"
    assert tables.crs == files.crs
    schema = read_layers(f"{SERVER}/city")
    assert [s.role for s in schema.sources] == ["buildings", "households", "communities", "roads"]
    assert schema.buildings["households"].sum() == 40 * 30


@pytest.mark.usefixtures("district")
def test_a_query_plays_a_role() -> None:
    """With slashes, colons, casts and per cent signs in it, read only."""
    query = (
        'SELECT "楼栋编号"::text AS building_id, 60/2 AS households, geometry FROM city."楼栋" '
        "WHERE 'a:b/100%' LIKE '%:%';"
    )
    layers = read_layers(roles={"buildings": f"{SERVER}/{query}"})
    assert layers.buildings["households"].tolist() == [30] * 40
    assert PASSWORD not in repr(layers.sources)
    with pytest.raises(LayerError, match="must not contain data-modifying statements"):
        read_layers(roles={"buildings": f'{SERVER}/WITH x AS (DELETE FROM city."楼栋" RETURNING *) SELECT * FROM x'})


def test_the_plan_is_the_same_and_written_in_one_go(district: Path, engine: Engine, tmp_path: Path) -> None:
    """All tables of the plan, with keys, an index and the CRS; a former plan is replaced."""
    roles = ["--buildings", f"{SERVER}/city.楼栋", "--communities", f"{SERVER}/city.社区"]
    for _ in range(2):
        code, said = run("partition", *roles, "-o", f"{SERVER}/plan", "--effort", "fast")
        assert code == 0, said
        assert PASSWORD not in said
        assert said.rstrip().endswith("-> postgresql://planner@" + SERVER.rpartition("@")[2] + "/plan")
    assert run("partition", district, "-o", tmp_path / "out", "--effort", "fast")[0] == 0
    plan = read_plan(tmp_path / "out")
    with engine.connect() as connection:
        there = inspect(connection)
        assert set(there.get_table_names(schema="plan")) == TABLES
        assert there.get_pk_constraint("grids", schema="plan")["constrained_columns"] == ["grid_code"]
        assert any("geom" in index["column_names"] for index in there.get_indexes("grids", schema="plan"))
        grids = gpd.read_postgis(text("SELECT * FROM plan.grids ORDER BY grid_code"), connection)
    assert grids.crs.to_epsg() == 4550
    expected = plan.grids.sort_values("grid_code")
    assert grids["grid_code"].tolist() == expected["grid_code"].tolist()
    assert grids["households"].tolist() == expected["households"].tolist()
    assert grids.geom_equals(expected.reset_index(drop=True)).all()
    assert len(rows(engine, "plan.units")) == len(plan.units)
    assert rows(engine, "plan.edges").columns.tolist() == plan.edges.columns.tolist()
    everything = " ".join(rows(engine, f"plan.{table}").astype(str).to_csv() for table in TABLES)
    assert PASSWORD not in everything


def test_a_plan_that_cannot_be_written_leaves_the_former_one(
    district: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever fails at whatever table."""
    plan = make_plan(read_layers(district), effort="fast")
    plan.write(f"{SERVER}/plan")
    before = rows(engine, "plan.run")
    from gridplan.reporting import postgis  # noqa: PLC0415

    whole = postgis._write

    def fail(connection: object, address: object, name: str, frame: pd.DataFrame) -> None:
        whole(connection, address, name, frame)
        if name == "certificate":
            raise KeyboardInterrupt

    monkeypatch.setattr(postgis, "_write", fail)
    with pytest.raises(KeyboardInterrupt):
        make_plan(read_layers(district), rng=1, effort="fast").write(f"{SERVER}/plan")
    assert rows(engine, "plan.run").equals(before)
    with pytest.raises(KeyboardInterrupt):
        plan.write(f"{SERVER}/other")
    with engine.connect() as connection:
        assert "other" not in inspect(connection).get_schema_names()


def test_other_peoples_tables_are_never_touched(district: Path, engine: Engine) -> None:
    """A schema with tables but no plan is refused before any work; beside a plan they are kept."""
    code, said = run("partition", district, "-o", f"{SERVER}/city")
    assert code == 1
    assert "found other tables: roads" in said
    make_plan(read_layers(district), effort="fast").write(f"{SERVER}/plan")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE plan.mine (a int)"))
    make_plan(read_layers(district), effort="fast").write(f"{SERVER}/plan")
    with engine.connect() as connection:
        assert "mine" in inspect(connection).get_table_names(schema="plan")


@pytest.mark.usefixtures("district")
def test_the_source_tells_what_was_read_and_nothing_secret() -> None:
    """Database and table, rows, CRS, and a hash that follows the content, not the order."""
    check = check_district(roles={"buildings": f"{SERVER}/city.楼栋"})
    layer = check.layers.iloc[0]
    assert (layer["file"], layer["rows"], layer["crs"]) == ("gis:city.楼栋", 40, "EPSG:4550")
    shuffled = check_district(roles={"buildings": f'{SERVER}/SELECT * FROM city."楼栋" ORDER BY random()'})
    fewer = check_district(roles={"buildings": f'{SERVER}/SELECT * FROM city."楼栋" WHERE floors > 1'})
    assert shuffled.layers["sha256"][0] == layer["sha256"] != fewer.layers["sha256"][0]
    assert PASSWORD not in str(check.to_dict())


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (SERVER.replace(PASSWORD, "wr0ng-word") + "/city.roads", 'password authentication failed for user "planner"'),
        (SERVER + "/city.nothing", 'relation "city.nothing" does not exist'),
        (SERVER + "/SELECT nothing FROM city.roads", 'column "nothing" does not exist'),
        (SERVER + "x/city.roads", 'database "gisx" does not exist'),
        (SERVER, "need a table or a query behind the database"),
        ("postgresql://planner:wr0ng-word@127.0.0.1:no/gis/t", "need postgresql://user@host:port/database/table"),
        ("postgresql://planner:wr0ng-word@127.0.0.1", "need postgresql://user@host:port/database/table"),
    ],
)
def test_what_does_not_work_is_one_error_without_a_password(
    district: Path, caplog: pytest.LogCaptureFixture, place: str, said: str
) -> None:
    """Wrong password, table, column, database, address: named, and no secret in errors or logs."""
    caplog.set_level(logging.DEBUG)
    for output in (run("check", "--buildings", place), run("partition", "--buildings", place, "-o", district / "out")):
        assert output[0] == 1, output
        assert said in output[1]
        assert PASSWORD not in output[1] + caplog.text
        assert "wr0ng-word" not in output[1] + caplog.text


def test_no_server_is_one_error_soon(tmp_path: Path) -> None:
    """A port where nobody listens; also as a place to write."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"postgresql://planner:wr0ng-word@127.0.0.1:{free.getsockname()[1]}/gis/plan"
    code, said = run("check", "--buildings", place)
    assert code == 1
    assert "need a database that answers" in said
    with pytest.raises(OutputError, match="need a database that answers") as caught:
        partition_district(tmp_path, place)
    assert "wr0ng-word" not in str(caught.value)


def test_rights_and_extensions_are_checked_before_the_work(engine: Engine, district: Path) -> None:
    """No right to write, no PostGIS, no schema."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("DROP DATABASE IF EXISTS bare"))
        connection.execute(text("CREATE DATABASE bare"))
        connection.execute(text("DROP ROLE IF EXISTS guest"))
        connection.execute(text("CREATE ROLE guest LOGIN PASSWORD 'wr0ng-word'"))
    guest = SERVER.replace(f"planner:{PASSWORD}", "guest:wr0ng-word")
    try:
        for place, needed in (
            (f"{guest}/plan", "need the right to write there"),
            (SERVER.removesuffix("gis") + "bare/plan", "need the extension PostGIS"),
            (SERVER, "need a schema behind the database"),
        ):
            code, said = run("partition", district, "-o", place)
            assert code == 1
            assert needed in said
        assert "permission denied" in run("check", "--buildings", f"{guest}/city.楼栋")[1]
    finally:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("DROP DATABASE bare"))
            connection.execute(text("DROP ROLE guest"))


def test_odd_geometries_of_a_table(engine: Engine) -> None:
    """Two columns, Z, none, no SRID, and two SRIDs in one column."""
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA odd"))
        connection.execute(text(
            "CREATE TABLE odd.a AS SELECT i AS building_id, 30 AS households, ST_Point(0, 0) AS centre, CASE "
            "WHEN i < 9 THEN ST_Force3D(ST_MakeEnvelope(533000 + 99 * i, 4629000, 533060 + 99 * i, 4629014)) END "
            "AS geom "
            "FROM generate_series(0, 9) AS i"
        ))  # fmt: skip
        connection.execute(text("CREATE TABLE odd.b AS SELECT 1 AS id, ST_SetSRID(ST_Point(1, 1), 4490) AS geom "
                                "UNION ALL SELECT 2, ST_SetSRID(ST_Point(1, 1), 4326)"))  # fmt: skip
    layers = read_layers(roles={"buildings": f"{SERVER}/odd.a"})
    assert len(layers.buildings) == 9
    assert layers.set_aside["households"].sum() == 30
    assert {f.code for f in layers.findings} >= {"crs_assumed", "geometry_missing"}
    assert any("geometry is taken from geom, not from centre" in a for a in layers.sources[0].assumptions)
    with pytest.raises(CRSError, match="need one SRID, found 4326, 4490"):
        read_layers(roles={"buildings": f"{SERVER}/odd.b"})


@pytest.mark.usefixtures("district")
def test_a_rule_file_keeps_no_password(tmp_path: Path) -> None:
    """It names the table; the password comes from PGPASSWORD or the password file."""
    assert run("init", "--buildings", f"{SERVER}/city.楼栋", "-o", tmp_path / "rules.toml")[0] == 0
    said = (tmp_path / "rules.toml").read_text("utf-8")
    assert run("init", f"{SERVER}/city", "-o", tmp_path / "schema.toml")[0] == 0
    assert PASSWORD not in (tmp_path / "schema.toml").read_text("utf-8")
    assert "postgresql://planner@" in said
    assert PASSWORD not in said


@pytest.mark.usefixtures("district")
def test_the_password_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """So that it stands in no command."""
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    place = SERVER.replace(f":{PASSWORD}", "") + "/city.楼栋"
    assert run("check", "--buildings", place)[0] == 0
    assert run("init", "--buildings", place, "-o", tmp_path / "rules.toml")[0] == 0
    assert run("check", "--rules", tmp_path / "rules.toml")[0] == 0
