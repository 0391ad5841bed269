//! Tables of text: columns as wide as their longest cell, two blanks between them.

/// Which side of its column a cell stands at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Lines of `rows`, each with as many cells as there are `columns`; no blanks at their ends.
pub(crate) fn aligned(columns: &[Align], rows: &[Vec<String>]) -> String {
    let widths: Vec<usize> = (0..columns.len())
        .map(|place| {
            let widths = rows.iter().map(|row| row[place].chars().count());
            widths.max().unwrap_or(0)
        })
        .collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = columns
            .iter()
            .zip(&widths)
            .zip(row)
            .map(|((align, width), cell)| match align {
                Align::Left => format!("{cell:<width$}"),
                Align::Right => format!("{cell:>width$}"),
            })
            .collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_below_each_other() {
        let rows = [["a", "12 s", "x"], ["long", "1.5 s", "no"]];
        let rows = rows.map(|row| row.map(str::to_string).to_vec());
        let text = aligned(&[Align::Left, Align::Right, Align::Left], &rows);
        assert_eq!(text, "a      12 s  x\nlong  1.5 s  no\n");
    }
}
