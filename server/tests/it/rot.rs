//! Bits that flip in the store: SQLite does not notice, the journal does.

use server::export;
use server::store::Store;

use crate::site::{POLICY, Site, leg, sid};

#[tokio::test(flavor = "multi_thread")]
async fn every_flipped_bit_of_a_journaled_row_is_found_and_its_row_named() {
    let n = match std::env::var_os("LINEFINDER_PROOF") {
        Some(_) => 3_000,
        None => 300,
    };
    let site = Site::new(POLICY).await;
    site.agent("ada").await;
    for call in 0..10 {
        site.webhook("voice", &leg(&sid(call), "+15550199")).await;
    }
    let (_folder, database) = site.ended().await;
    let store = Store::open(&database, "main").await.expect("it opens");
    export::journal(&store)
        .await
        .expect("every row is as it was written");
    let rows: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM journal")
        .fetch_one(store.pool())
        .await
        .expect("a number");
    let mut draw = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: u64| {
        // Numbers without structure, the same in every run (xorshift, Marsaglia 2003).
        draw ^= draw << 13;
        draw ^= draw >> 7;
        draw ^= draw << 17;
        draw % below
    };
    for _ in 0..n {
        let seq = 1 + next(rows as u64) as i64;
        let column = ["body", "hash", "crc", "at", "epoch"][next(5) as usize];
        // A text's bits as bytes, a number's as they are.
        let (sql, value): (String, Vec<u8>) = match column {
            "body" | "hash" => {
                let text: String = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
                    "SELECT {column} FROM journal WHERE seq = $1"
                )))
                .bind(seq)
                .fetch_one(store.pool())
                .await
                .expect("a text");
                let mut bytes = text.into_bytes();
                let at = next(bytes.len() as u64) as usize;
                // The lowest seven bits: what is no text at all is found by reading it.
                bytes[at] ^= 1 << next(7);
                (
                    format!("UPDATE journal SET {column} = CAST($1 AS TEXT) WHERE seq = $2"),
                    bytes,
                )
            }
            _ => {
                let bit = 1_i64 << next(31);
                let flip = format!("({column} | {bit}) - ({column} & {bit})");
                (
                    format!(
                        "UPDATE journal SET {column} = {flip} WHERE seq = $2 AND $1 IS NOT NULL"
                    ),
                    vec![0],
                )
            }
        };
        let before: (String, String, i64, i64, i64) =
            sqlx::query_as("SELECT body, hash, crc, at, epoch FROM journal WHERE seq = $1")
                .bind(seq)
                .fetch_one(store.pool())
                .await
                .expect("a row");
        sqlx::query(sqlx::AssertSqlSafe(sql.clone()))
            .bind(value)
            .bind(seq)
            .execute(store.pool())
            .await
            .expect("it is written");
        let found = export::journal(&store).await.expect_err(&sql).to_string();
        assert!(
            found.contains(&format!("row {seq}")),
            "{sql}, row {seq}: {found}"
        );
        sqlx::query(
            "UPDATE journal SET body = $1, hash = $2, crc = $3, at = $4, epoch = $5 WHERE seq = $6",
        )
        .bind(before.0)
        .bind(before.1)
        .bind(before.2)
        .bind(before.3)
        .bind(before.4)
        .bind(seq)
        .execute(store.pool())
        .await
        .expect("it is written");
    }
    export::journal(&store)
        .await
        .expect("every row is as it was written again");
    println!("| bits flipped in journaled rows | {n} | {n} found, each by its row |");
}
