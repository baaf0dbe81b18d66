//! Every named statement is as its snapshot has it, see [`kernel_db::snapshot`].

use super::shop::everywhere;

#[actix_web::test]
async fn statements_are_as_their_snapshots_have_them() {
    everywhere(async |shop| {
        kernel_db::snapshot::hold(&shop.db, env!("CARGO_MANIFEST_DIR"), &crate::persistence::statements())
            .await
            .unwrap();
        shop.close().await;
    })
    .await;
}
