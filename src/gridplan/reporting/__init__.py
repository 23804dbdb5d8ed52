"""Plan data -> GeoPackage, GeoJSON, tables, web page, audit."""
