//! Choices from a list of numbers; when the list is used up, the first choice.

/// A list of numbers to choose by.
pub struct Draws<'a> {
    rest: core::slice::Iter<'a, u32>,
}

impl<'a> Draws<'a> {
    pub fn new(numbers: &'a [u32]) -> Self {
        Draws {
            rest: numbers.iter(),
        }
    }

    /// 0..n.
    pub fn below(&mut self, n: usize) -> usize {
        let number = self.rest.next().copied().unwrap_or(0);
        number as usize % n
    }

    /// One of these; the first is the dullest.
    pub fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }

    pub fn yes(&mut self) -> bool {
        self.below(2) == 1
    }
}
