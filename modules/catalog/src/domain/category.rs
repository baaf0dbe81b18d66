//! The category tree: it has no cycles, whatever moves.

use std::collections::{BTreeMap, HashMap, HashSet};

use kernel::CategoryId;

use super::collation::sort_key;

/// A tree is at most so deep.
pub(crate) const DEEPEST: usize = 12;

/// One category as it is kept. Rows name it by its number, addresses by its slug.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Category {
    pub(crate) number: i64,
    pub(crate) id: CategoryId,
    pub(crate) parent: Option<i64>,
    pub(crate) slug: String,
    pub(crate) title: String,
}

/// Why a category may not stand where it is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Misplaced {
    /// Its new parent is itself, or stands below it.
    Cycle,
    /// It, or what stands below it, would be deeper than [`DEEPEST`].
    TooDeep,
}

/// All categories. Children are in the order of their titles.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    categories: HashMap<i64, Category>,
    by_slug: HashMap<String, i64>,
    /// Each list is sorted; the roots are the children of `None`.
    children: BTreeMap<Option<i64>, Vec<i64>>,
}

impl Tree {
    pub(crate) fn new(categories: Vec<Category>) -> Self {
        let mut sorted = categories;
        sorted.sort_by_cached_key(|category| (sort_key(&category.title), category.number));
        let mut tree = Self::default();
        for category in sorted {
            tree.add(category);
        }
        tree
    }

    /// Adds a category after its siblings, whatever its title.
    pub(crate) fn add(&mut self, category: Category) {
        self.children.entry(category.parent).or_default().push(category.number);
        self.by_slug.insert(category.slug.clone(), category.number);
        self.categories.insert(category.number, category);
    }

    pub(crate) fn len(&self) -> usize {
        self.categories.len()
    }

    pub(crate) fn get(&self, number: i64) -> Option<&Category> {
        self.categories.get(&number)
    }

    pub(crate) fn find(&self, slug: &str) -> Option<&Category> {
        self.by_slug.get(slug).and_then(|&number| self.get(number))
    }

    pub(crate) fn find_id(&self, id: CategoryId) -> Option<&Category> {
        self.categories.values().find(|category| category.id == id)
    }

    /// The category called `title` (case makes no difference) right below `parent`.
    pub(crate) fn find_child(&self, parent: Option<i64>, title: &str) -> Option<&Category> {
        let title = title.to_lowercase();
        self.children_of(parent).find(|child| child.title.to_lowercase() == title)
    }

    /// Right below `parent`; the roots for `None`.
    pub(crate) fn children_of(&self, parent: Option<i64>) -> impl Iterator<Item = &Category> {
        self.children.get(&parent).into_iter().flatten().filter_map(|&number| self.get(number))
    }

    /// The category and everything below it; each once, even in a tree that is broken.
    pub(crate) fn with_descendants(&self, number: i64) -> Vec<i64> {
        let mut found = vec![number];
        let mut seen = HashSet::from([number]);
        let mut next = 0;
        while let Some(&parent) = found.get(next) {
            found.extend(self.children_of(Some(parent)).map(|child| child.number).filter(|&child| seen.insert(child)));
            next += 1;
        }
        found
    }

    /// From the root down to the category itself; it stops where it would go in a circle.
    pub(crate) fn path(&self, number: i64) -> Vec<&Category> {
        let mut path: Vec<&Category> = Vec::new();
        let mut step = self.get(number);
        while let Some(category) = step.filter(|_| path.len() <= self.len()) {
            path.push(category);
            step = category.parent.and_then(|parent| self.get(parent));
        }
        path.reverse();
        path
    }

    /// Whether a category (`None`: a new one) may stand below `parent`.
    pub(crate) fn judge_place(&self, moved: Option<i64>, parent: Option<i64>) -> Result<(), Misplaced> {
        let above = parent.map(|parent| self.path(parent)).unwrap_or_default();
        if moved.is_some_and(|moved| above.iter().any(|category| category.number == moved)) {
            return Err(Misplaced::Cycle);
        }
        let height = moved.map_or(1, |moved| self.height(moved));
        if above.len() + height > DEEPEST { Err(Misplaced::TooDeep) } else { Ok(()) }
    }

    /// How many categories can be reached from the roots: all of them, unless there is a cycle.
    pub(crate) fn reachable(&self) -> usize {
        self.children_of(None).map(|root| self.with_descendants(root.number).len()).sum()
    }

    fn height(&self, number: i64) -> usize {
        let depth = |below: &i64| self.path(*below).iter().position(|category| category.number == number);
        let depths = self
            .with_descendants(number)
            .into_iter()
            .filter_map(|below| depth(&below).map(|place| self.path(below).len() - place));
        depths.max().unwrap_or(1)
    }
}

#[cfg(test)]
mod tests;
