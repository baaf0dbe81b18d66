//! The statement that finds levels with few units available.
//!
//! Each level has a band, made by the database: 0 without units, then one for each power of two, 1, 2 and 3, 4 to 7. An
//! index of `available` itself would cost an entry for each line of each order, and on Postgres the HOT update of the
//! level. A band changes only as a level is halved or doubled: some ten times while a thousand units are sold.
//!
//! A page is the first rows, by SKU, of every band below the threshold, merged: at most a page from each of 22 bands.
//! In the highest of them some levels may not be below it; those are read and passed by.

use kernel_db::Rows as _;

use super::entity::level;

/// Levels with more than a million units share a band.
const HIGHEST: u32 = 21;

/// The band of a level with `available` units.
pub(crate) fn band(available: i64) -> u32 {
    u64::try_from(available).map_or(0, |units| (u64::BITS - units.leading_zeros()).min(HIGHEST))
}

/// Levels by SKU of which fewer units than `below`, at least 1, are available. For each of its parts, one for each band, the
/// values are the SKU after which the page begins, the threshold and the number of rows; then the number of rows once more.
pub(crate) fn select(below: i64) -> String {
    let columns = level::Model::columns();
    // A range and no equality: so the index is the only way to the order, whatever the planner believes of the band.
    let part = |band: u32| {
        let next = band + 1;
        format!(
            "SELECT * FROM (SELECT {columns} FROM level WHERE (band, sku) > ({band}, ?) AND (band, sku) < ({next}, '') \
             AND available < ? ORDER BY band, sku LIMIT ?) AS band_{band}"
        )
    };
    let parts: Vec<String> = (0..=band(below.saturating_sub(1))).map(part).collect();
    format!("SELECT {columns} FROM ({}) AS few ORDER BY sku LIMIT ?", parts.join(" UNION ALL "))
}

#[cfg(test)]
mod tests {
    use kernel_db::{Dialect, plan};
    use sea_orm::ConnectionTrait as _;

    use super::{
        super::tests::databases,
        {HIGHEST, band, select},
    };

    /// Most levels are in one band, so that an index that is not of bands as well would seem good enough.
    #[tokio::test]
    async fn few_units_are_found_by_their_band() {
        let folder = tempfile::tempdir().unwrap();
        for db in databases(folder.path()).await {
            let numbers = match db.dialect() {
                Dialect::Sqlite => "WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 5000) ",
                Dialect::Postgres => "WITH up(n) AS (SELECT generate_series(1, 5000)) ",
            };
            let fill = format!(
                "INSERT INTO level (sku, on_hand, available, low_stock_threshold, version) \
                 {numbers} SELECT 'SKU-' || n, CASE n WHEN 9 THEN 3 ELSE 500 END, CASE n WHEN 9 THEN 3 ELSE 500 END, \
                 0, 0 FROM up"
            );
            let connection = db.migration_connection();
            connection.execute_unprepared(&fill).await.unwrap();
            connection.execute_unprepared("ANALYZE").await.unwrap();
            for below in [1, 5, 400, i64::MAX] {
                let plan = plan::of(&db, &select(below)).await.unwrap();
                let parts = usize::try_from(band(below - 1)).unwrap() + 1;
                assert_eq!(plan.matches("level_few").count(), parts, "below {below}:\n{plan}");
                assert!(!plan.contains("level_pkey") && !plan.contains("autoindex"), "{plan}");
            }
        }
    }

    #[test]
    fn a_band_is_as_the_table_has_it() {
        let sql = include_str!("../../../../migrations/inventory/m0001_inventory.sql");
        for (units, expected) in
            [(0, 0), (1, 1), (2, 2), (3, 2), (4, 3), (7, 3), (8, 4), (1_048_575, 20), (1_048_576, 21)]
        {
            assert_eq!(band(units), expected, "{units}");
        }
        assert_eq!((band(-1), band(i64::MAX)), (0, HIGHEST));
        for number in 0..HIGHEST {
            let bound = 1_i64 << number;
            assert!(
                sql.contains(&format!("WHEN available < {bound} THEN {number}")),
                "band {number} ends below {bound}"
            );
        }
        assert!(sql.contains(&format!("ELSE {HIGHEST} END")));
    }
}
