use kernel::ProductId;
use uuid::Uuid;

use super::{Cache, Document, Invalidation};

fn id(number: u64) -> ProductId {
    ProductId::new(Uuid::from_u64_pair(7, number))
}

fn document(text: &str) -> Document {
    Document::of(&text)
}

fn changed(product: ProductId) -> Invalidation {
    Invalidation { products: vec![product], ..Invalidation::default() }
}

#[test]
fn what_was_begun_before_a_change_is_never_shown() {
    let cache = Cache::new(1);
    let early = cache.stamp();
    cache.tell(&changed(id(1)));
    cache.keep_product(early, "mug", id(1), document("old"));
    cache.keep_page(early, "page".to_owned(), document("old"));
    assert_eq!((cache.product("mug"), cache.page("page")), (None, None), "the reader came too late");

    let late = cache.stamp();
    cache.keep_product(late, "mug", id(1), document("new"));
    cache.keep_page(late, "page".to_owned(), document("new"));
    assert_eq!((cache.product("mug"), cache.page("page")), (Some(document("new")), Some(document("new"))));
}

#[test]
fn a_change_is_of_what_it_names() {
    let cache = Cache::new(1);
    let stamp = cache.stamp();
    for (handle, product) in [("mug", id(1)), ("cup", id(2)), ("pot", id(3))] {
        cache.keep_product(stamp, handle, product, document(handle));
    }
    let shown = || ["mug", "cup", "pot"].map(|handle| cache.product(handle).is_some());
    cache.tell(&Invalidation::default());
    assert_eq!(shown(), [true, true, true]);
    cache.tell(&changed(id(1)));
    assert_eq!(shown(), [false, true, true]);
    cache.tell(&Invalidation { handles: vec!["cup".to_owned()], ..Invalidation::default() });
    assert_eq!(shown(), [false, false, true]);
    cache.tell(&Invalidation::of_tree());
    assert_eq!(shown(), [false, false, true]);
    cache.tell(&Invalidation::of_everything());
    assert_eq!(shown(), [false, false, false]);
}

#[test]
fn the_tree_is_of_its_own() {
    let cache = Cache::new(1);
    cache.keep_tree(cache.stamp(), std::sync::Arc::default());
    cache.tell(&changed(id(1)));
    assert!(cache.tree().is_some());
    let early = cache.stamp();
    cache.tell(&Invalidation::of_tree());
    assert!(cache.tree().is_none());
    cache.keep_tree(early, std::sync::Arc::default());
    assert!(cache.tree().is_none());
    cache.keep_tree(cache.stamp(), std::sync::Arc::default());
    cache.keep_tree(early, std::sync::Arc::default());
    assert!(cache.tree().is_some(), "an older one does not take its place");
}

#[test]
fn its_size_is_bounded() {
    let cache = Cache::new(1);
    let stamp = cache.stamp();
    let body = document(&"x".repeat(10_000));
    for number in 0..1_000 {
        cache.keep_product(stamp, &number.to_string(), id(number), body.clone());
    }
    cache.products.run_pending_tasks();
    assert!(cache.products.weighted_size() <= 1024 * 1024, "{}", cache.products.weighted_size());
    assert!(cache.products.entry_count() > 20);
}
