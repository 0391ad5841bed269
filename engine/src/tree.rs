//! An ordered set that can count: a B+-tree with subtree sizes, for waiting lines and idle sets.
//!
//! Every operation is O(log n). Nodes live in two arenas and are recycled, so that a set whose
//! size has settled allocates nothing. Keys appended in ascending order fill their leaves, and a
//! queue's usual life (in at the back, out at the front) never moves more than one leaf.

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Keys per leaf and children per inner node: a leaf of 16-byte keys is eight cache lines.
const CAP: usize = 32;

/// An ordered set of `K` with rank and selection.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CountedTree<K> {
    root: u32,
    /// 0 = the root is a leaf.
    height: u32,
    len: u32,
    leaves: Vec<Vec<K>>,
    inners: Vec<Vec<Child<K>>>,
    free_leaves: Vec<u32>,
    free_inners: Vec<u32>,
}

/// One child of an inner node.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Child<K> {
    /// No key of the subtree is smaller, and all keys of the siblings before are; the first
    /// child's bound is not looked at.
    bound: K,
    node: u32,
    /// Keys in the subtree.
    count: u32,
}

impl<K: Copy + Ord> CountedTree<K> {
    pub(crate) const fn new() -> Self {
        CountedTree {
            root: 0,
            height: 0,
            len: 0,
            leaves: Vec::new(),
            inners: Vec::new(),
            free_leaves: Vec::new(),
            free_inners: Vec::new(),
        }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len as usize
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The smallest key.
    #[inline]
    pub(crate) fn first(&self) -> Option<K> {
        if self.len == 0 {
            return None;
        }
        if self.height == 0 {
            return self.leaves[self.root as usize].first().copied();
        }
        self.get(0)
    }

    /// The key with `index` keys before it.
    #[inline]
    pub(crate) fn get(&self, index: usize) -> Option<K> {
        if index >= self.len() {
            return None;
        }
        if self.height == 0 {
            return self.leaves[self.root as usize].get(index).copied();
        }
        self.get_below(index)
    }

    #[inline(never)]
    fn get_below(&self, index: usize) -> Option<K> {
        let (mut node, mut index) = (self.root, index);
        for _ in 0..self.height {
            for child in &self.inners[node as usize] {
                if index < child.count as usize {
                    node = child.node;
                    break;
                }
                index -= child.count as usize;
            }
        }
        self.leaves[node as usize].get(index).copied()
    }

    /// How many keys are smaller than `key`.
    pub(crate) fn rank(&self, key: K) -> usize {
        if self.len == 0 {
            return 0;
        }
        let (mut node, mut before) = (self.root, 0);
        for _ in 0..self.height {
            let children = &self.inners[node as usize];
            let i = child_for(children, key);
            before += children[..i]
                .iter()
                .map(|c| c.count as usize)
                .sum::<usize>();
            node = children[i].node;
        }
        before + self.leaves[node as usize].partition_point(|k| *k < key)
    }

    /// Whether `key` is in the set.
    #[cfg(test)]
    pub(crate) fn contains(&self, key: K) -> bool {
        self.get(self.rank(key)) == Some(key)
    }

    /// Adds `key`; false if it was there.
    #[inline]
    pub(crate) fn insert(&mut self, key: K) -> bool {
        if self.height == 0
            && let Some(keys) = self.leaves.get_mut(self.root as usize)
            && keys.len() < CAP
            && keys.last().is_none_or(|last| *last < key)
        {
            // At the back of a short set: the usual case by far.
            keys.push(key);
            self.len += 1;
            return true;
        }
        self.insert_anywhere(key)
    }

    #[inline(never)]
    fn insert_anywhere(&mut self, key: K) -> bool {
        if self.len == 0 {
            self.reset();
        }
        let (added, split) = self.insert_below(self.root, self.height, key);
        if let Some(right) = split {
            let left = Child {
                bound: self.smallest(self.root, self.height),
                node: self.root,
                count: self.len + u32::from(added) - right.count,
            };
            let root = self.new_inner();
            self.inners[root as usize].extend([left, right]);
            self.root = root;
            self.height += 1;
        }
        self.len += u32::from(added);
        added
    }

    /// Takes `key` out; false if it was not there.
    pub(crate) fn remove(&mut self, key: K) -> bool {
        if self.height == 0
            && let Some(keys) = self.leaves.get_mut(self.root as usize)
            && keys.first() == Some(&key)
        {
            // At the front of a short set.
            keys.remove(0);
            self.len -= 1;
            return true;
        }
        self.remove_anywhere(key)
    }

    #[inline(never)]
    fn remove_anywhere(&mut self, key: K) -> bool {
        if self.len == 0 || !self.remove_below(self.root, self.height, key) {
            return false;
        }
        self.len -= 1;
        while self.height > 0 && self.inners[self.root as usize].len() <= 1 {
            let only = self.inners[self.root as usize].first().map(|c| c.node);
            self.free_inner(self.root);
            match only {
                Some(only) => {
                    self.root = only;
                    self.height -= 1;
                }
                None => {
                    self.root = self.new_leaf();
                    self.height = 0;
                }
            }
        }
        true
    }

    /// Every key in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = K> + '_ {
        (0..self.len()).filter_map(|i| self.get(i))
    }

    fn reset(&mut self) {
        if self.leaves.is_empty() {
            self.root = self.new_leaf();
            self.height = 0;
        }
    }

    fn insert_below(&mut self, node: u32, height: u32, key: K) -> (bool, Option<Child<K>>) {
        if height == 0 {
            return self.insert_in_leaf(node, key);
        }
        let i = child_for(&self.inners[node as usize], key);
        let child = self.inners[node as usize][i].node;
        let (added, split) = self.insert_below(child, height - 1, key);
        let children = &mut self.inners[node as usize];
        children[i].count += u32::from(added);
        let Some(right) = split else {
            return (added, None);
        };
        children[i].count -= right.count;
        if children.len() < CAP {
            children.insert(i + 1, right);
            return (added, None);
        }
        let at = if i + 1 == CAP { CAP } else { CAP / 2 };
        let new = self.new_inner();
        let mut moved = core::mem::take(&mut self.inners[new as usize]);
        let children = &mut self.inners[node as usize];
        moved.extend(children.drain(at..));
        if i + 1 > at || at == CAP {
            moved.insert(i + 1 - at, right);
        } else {
            children.insert(i + 1, right);
        }
        let split = Child {
            bound: moved[0].bound,
            node: new,
            count: moved.iter().map(|c| c.count).sum(),
        };
        self.inners[new as usize] = moved;
        (added, Some(split))
    }

    fn insert_in_leaf(&mut self, node: u32, key: K) -> (bool, Option<Child<K>>) {
        let keys = &mut self.leaves[node as usize];
        let i = keys.partition_point(|k| *k < key);
        if keys.get(i) == Some(&key) {
            return (false, None);
        }
        if keys.len() < CAP {
            keys.insert(i, key);
            return (true, None);
        }
        let at = if i == CAP { CAP } else { CAP / 2 };
        let new = self.new_leaf();
        let mut moved = core::mem::take(&mut self.leaves[new as usize]);
        let keys = &mut self.leaves[node as usize];
        moved.extend(keys.drain(at..));
        if i > at || at == CAP {
            moved.insert(i - at, key);
        } else {
            keys.insert(i, key);
        }
        let split = Child {
            bound: moved[0],
            node: new,
            count: u32::try_from(moved.len()).expect("invariant: a leaf holds at most CAP keys"),
        };
        self.leaves[new as usize] = moved;
        (true, Some(split))
    }

    fn remove_below(&mut self, node: u32, height: u32, key: K) -> bool {
        if height == 0 {
            let keys = &mut self.leaves[node as usize];
            let i = keys.partition_point(|k| *k < key);
            let found = keys.get(i) == Some(&key);
            if found {
                keys.remove(i);
            }
            return found;
        }
        let i = child_for(&self.inners[node as usize], key);
        let child = self.inners[node as usize][i].node;
        if !self.remove_below(child, height - 1, key) {
            return false;
        }
        self.inners[node as usize][i].count -= 1;
        self.tidy(node, height, i);
        true
    }

    /// Drops child `i` when it is empty; joins it with a neighbour when both fit in half a node.
    fn tidy(&mut self, node: u32, height: u32, i: usize) {
        let children = &self.inners[node as usize];
        if self.width(children[i].node, height - 1) == 0 {
            // Even the only one: an empty node is dropped by its own parent in turn.
            let gone = self.inners[node as usize].remove(i).node;
            self.free(gone, height - 1);
            return;
        }
        if children.len() == 1 {
            return;
        }
        let left = if i + 1 < children.len() { i } else { i - 1 };
        let (a, b) = (children[left].node, children[left + 1].node);
        if self.width(a, height - 1) + self.width(b, height - 1) > CAP / 2 {
            return;
        }
        let right = self.inners[node as usize].remove(left + 1);
        self.inners[node as usize][left].count += right.count;
        if height == 1 {
            let moved = core::mem::take(&mut self.leaves[b as usize]);
            self.leaves[a as usize].extend(moved.iter().copied());
            self.leaves[b as usize] = moved;
        } else {
            let moved = core::mem::take(&mut self.inners[b as usize]);
            self.inners[a as usize].extend(moved.iter().copied());
            // The first child's bound is a real one from now on.
            let joint = self.inners[a as usize].len() - moved.len();
            self.inners[a as usize][joint].bound = right.bound;
            self.inners[b as usize] = moved;
        }
        self.free(b, height - 1);
    }

    fn width(&self, node: u32, height: u32) -> usize {
        if height == 0 {
            self.leaves[node as usize].len()
        } else {
            self.inners[node as usize].len()
        }
    }

    fn smallest(&self, node: u32, height: u32) -> K {
        let mut node = node;
        for _ in 0..height {
            node = self.inners[node as usize][0].node;
        }
        self.leaves[node as usize][0]
    }

    fn new_leaf(&mut self) -> u32 {
        self.free_leaves.pop().unwrap_or_else(|| {
            self.leaves.push(Vec::with_capacity(CAP));
            (self.leaves.len() - 1) as u32
        })
    }

    fn new_inner(&mut self) -> u32 {
        self.free_inners.pop().unwrap_or_else(|| {
            self.inners.push(Vec::with_capacity(CAP));
            (self.inners.len() - 1) as u32
        })
    }

    fn free(&mut self, node: u32, height: u32) {
        if height == 0 {
            self.leaves[node as usize].clear();
            self.free_leaves.push(node);
        } else {
            self.free_inner(node);
        }
    }

    fn free_inner(&mut self, node: u32) {
        self.inners[node as usize].clear();
        self.free_inners.push(node);
    }
}

/// The child whose subtree `key` belongs to.
fn child_for<K: Copy + Ord>(children: &[Child<K>], key: K) -> usize {
    children[1..].partition_point(|c| c.bound <= key)
}

#[cfg(test)]
mod tests {
    use super::CountedTree;
    use alloc::collections::BTreeSet;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    fn agrees(tree: &CountedTree<u32>, set: &BTreeSet<u32>) {
        assert_eq!(tree.len(), set.len());
        assert_eq!(tree.first(), set.first().copied());
        assert!(tree.iter().eq(set.iter().copied()));
        for (i, key) in set.iter().enumerate() {
            assert_eq!(tree.rank(*key), i);
            assert_eq!(tree.rank(*key + 1), i + 1);
            assert!(tree.contains(*key));
        }
    }

    proptest! {
        #[test]
        fn it_agrees_with_a_sorted_set(ops in prop::collection::vec((any::<bool>(), 0u32..600), 1..3000)) {
            let (mut tree, mut set) = (CountedTree::new(), BTreeSet::new());
            for (insert, key) in ops {
                let key = key * 2;
                if insert {
                    prop_assert_eq!(tree.insert(key), set.insert(key));
                } else {
                    prop_assert_eq!(tree.remove(key), set.remove(&key));
                }
            }
            agrees(&tree, &set);
        }
    }

    #[test]
    fn a_long_first_in_first_out_life_keeps_no_dead_nodes() {
        let (mut tree, mut set) = (CountedTree::new(), BTreeSet::new());
        for i in 0..200_000u32 {
            tree.insert(i * 2);
            set.insert(i * 2);
            if i >= 5_000 {
                let out = (i - 5_000) * 2;
                assert!(tree.remove(out));
                set.remove(&out);
            }
        }
        agrees(&tree, &set);
        assert!(
            tree.leaves.len() < 400,
            "{} leaves for 5,000 keys",
            tree.leaves.len()
        );
        let keys: Vec<u32> = set.iter().copied().collect();
        for key in keys.iter().rev() {
            assert!(tree.remove(*key));
        }
        assert!(tree.is_empty());
        assert!(tree.insert(7) && tree.first() == Some(7));
    }
}
