use kernel::CategoryId;
use uuid::Uuid;

use super::{Category, DEEPEST, Misplaced, Tree};

fn category(number: i64, parent: Option<i64>, title: &str) -> Category {
    let id = CategoryId::new(Uuid::from_u64_pair(0, number.unsigned_abs()));
    Category { number, id, parent, slug: title.to_lowercase(), title: title.to_owned() }
}

/// Home(1) > Kitchen(2) > Mugs(3); Home > Bath(4); Garden(5).
fn tree() -> Tree {
    Tree::new(vec![
        category(1, None, "Home"),
        category(2, Some(1), "Kitchen"),
        category(3, Some(2), "Mugs"),
        category(4, Some(1), "Bath"),
        category(5, None, "Garden"),
    ])
}

fn titles<'a>(categories: impl IntoIterator<Item = &'a Category>) -> Vec<&'a str> {
    categories.into_iter().map(|category| category.title.as_str()).collect()
}

#[test]
fn finds_its_way_up_and_down() {
    let tree = tree();
    assert_eq!(titles(tree.children_of(None)), ["Garden", "Home"]);
    assert_eq!(titles(tree.children_of(Some(1))), ["Bath", "Kitchen"]);
    assert_eq!(titles(tree.path(3)), ["Home", "Kitchen", "Mugs"]);
    assert_eq!(tree.with_descendants(1), [1, 4, 2, 3]);
    assert_eq!(tree.find("mugs").map(|found| found.number), Some(3));
    assert_eq!(tree.find_child(Some(2), "MUGS").map(|found| found.number), Some(3));
    assert_eq!(tree.find_child(None, "Mugs"), None);
    assert_eq!((tree.reachable(), tree.len()), (5, 5));
}

#[test]
fn refuses_every_cycle_and_allows_every_other_move() {
    let tree = tree();
    for moved in 1..=5 {
        for parent in 1..=5 {
            let below = tree.with_descendants(moved).contains(&parent);
            let expected = if below { Err(Misplaced::Cycle) } else { Ok(()) };
            assert_eq!(tree.judge_place(Some(moved), Some(parent)), expected, "{moved} below {parent}");
        }
        assert_eq!(tree.judge_place(Some(moved), None), Ok(()));
    }
}

#[test]
fn is_not_deeper_than_the_limit() {
    let deepest = i64::try_from(DEEPEST).unwrap();
    let chain = (1..=deepest).map(|number| category(number, (number > 1).then_some(number - 1), &format!("c{number}")));
    let tree = Tree::new(chain.chain([category(100, None, "root"), category(101, Some(100), "child")]).collect());
    assert_eq!(tree.judge_place(None, Some(deepest)), Err(Misplaced::TooDeep));
    assert_eq!(tree.judge_place(None, Some(deepest - 1)), Ok(()));
    assert_eq!(tree.judge_place(Some(100), Some(deepest - 1)), Err(Misplaced::TooDeep));
    assert_eq!(tree.judge_place(Some(100), Some(deepest - 2)), Ok(()));
}

#[test]
fn shows_a_cycle_that_should_never_be() {
    let broken = Tree::new(vec![category(1, Some(2), "a"), category(2, Some(1), "b"), category(3, None, "c")]);
    assert_eq!((broken.reachable(), broken.len()), (1, 3));
    assert_eq!(broken.with_descendants(1).len(), 2, "and does not hang");
    assert!(!broken.path(1).is_empty());
}
