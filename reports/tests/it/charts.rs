//! Charts of any series, and the pages that carry them.

use reports::chart::{Mark, Numbers, Plotted, Point, Role, Scale, Series};
use reports::render::{Column, Document, Phone, Tone, marked};

/// A page with every kind of mark, axis and block: what `sample_page` shows.
pub(crate) fn page() -> Document {
    let mut page = Document::new("A sample of <everything>", "One of each kind.");
    page.banner(Tone::Good, "2 of 3 hold & one is open.")
        .tiles(&[("4.2 %".to_string(), "hung up".to_string())])
        .section("charts", "Charts", "Charts")
        .charts(plots().iter().filter_map(Plotted::draw))
        .section("numbers", "Numbers", "Numbers")
        .paragraph("A paragraph with a <tag>.")
        .list(&["one".to_string(), "two".to_string()])
        .table(
            "What was found.",
            &[
                ("what", Column::Name),
                ("value", Column::Number),
                ("verdict", Column::Html),
            ],
            &[vec![
                "mean_wait".to_string(),
                "12 s".to_string(),
                marked(Tone::Open, "inconclusive"),
            ]],
            Phone::Table,
        )
        .origin(&[
            ("command", "linefinder ...".to_string()),
            ("seed", String::new()),
        ]);
    page
}

fn curve(k: usize, mark: Mark) -> Series {
    let at = |x: i32| {
        let (x, lift) = (f64::from(x), k as f64 * 0.04);
        let y = 0.05 + lift + 0.01 * x;
        Point {
            x,
            y,
            band: Some((y * 0.9, y * 1.1)),
        }
    };
    Series {
        name: format!("curve {}", k + 1),
        role: Role::SERIES[k],
        mark,
        points: (1..=9).map(at).collect(),
    }
}

fn plot(id: &str, x: Scale, series: Vec<Series>) -> Plotted {
    Plotted {
        id: id.to_string(),
        title: format!("{id}, drawn"),
        description: "What it shows.".to_string(),
        x,
        y: Scale::new("abandoned / offered", Numbers::Percent),
        series,
    }
}

fn plots() -> Vec<Plotted> {
    let seconds = || Scale::new("poll interval, seconds", Numbers::Plain);
    let all = |mark| (0..5).map(|k| curve(k, mark)).collect::<Vec<_>>();
    let words = ["longest idle", "random", "top down"]
        .map(String::from)
        .to_vec();
    let mut three = curve(0, Mark::Dots);
    three.points.truncate(3);
    for (point, x) in three.points.iter_mut().zip(0..) {
        point.x = f64::from(x);
    }
    let limit = Series::line("limit", Role::Reference, [(1.0, 0.1), (9.0, 0.1)]);
    vec![
        plot("lines", seconds(), vec![curve(0, Mark::Line), limit]),
        plot("marked", seconds().logarithmic(), all(Mark::Marked)),
        plot("dots", seconds(), all(Mark::Dots)),
        plot(
            "steps",
            seconds(),
            vec![curve(0, Mark::Steps), curve(1, Mark::Steps)],
        ),
        plot(
            "bars",
            seconds(),
            vec![curve(0, Mark::Bars), curve(1, Mark::Line)],
        ),
        plot("words", Scale::of_words("rotation", words), vec![three]),
    ]
}

#[test]
fn every_point_is_in_the_csv_and_the_table_has_a_column_per_series() {
    let chart = plots()[1].draw().unwrap();
    assert_eq!(chart.csv.lines().count(), 1 + 5 * 9);
    assert_eq!(chart.csv.lines().next(), Some("series,x,y,lower,upper"));
    assert_eq!(chart.columns.len(), 6);
    assert_eq!(chart.rows.len(), 9);
    assert_eq!(chart.rows[0][1], "6 % (5.4 % .. 6.6 %)");
}

#[test]
fn a_hole_in_the_values_is_a_hole_in_the_line_and_no_points_are_no_chart() {
    let drawn = |ys: &[f64]| {
        let points = ys.iter().zip(0..).map(|(y, x)| (f64::from(x), *y));
        let series = Series::line("a", Role::First, points);
        plot("x", Scale::new("x", Numbers::Plain), vec![series]).draw()
    };
    let lines = |svg: &str| svg.matches("class=\"line first\"").count();
    let whole = drawn(&[0.1, 0.2, 0.3, 0.4]).unwrap();
    let holed = drawn(&[0.1, 0.2, f64::NAN, 0.3, 0.4]).unwrap();
    assert_eq!(lines(&holed.svg), lines(&whole.svg) + 1);
    assert!(holed.csv.contains("\na,2,,,\n"), "{}", holed.csv);
    assert!(drawn(&[f64::NAN]).is_none());
    assert!(drawn(&[]).is_none());
    // One point, and points that are all alike, still have an axis.
    assert!(drawn(&[0.0]).is_some() && drawn(&[0.0, 0.0]).is_some());
}

#[test]
fn no_series_needs_its_colour() {
    let chart = plots()[1].draw().unwrap();
    for (key, role) in chart.legend.iter().zip(Role::SERIES) {
        assert_eq!((key.role, key.mark), (role, Mark::Marked));
    }
    assert!(!chart.svg.contains("=\"#"), "a fixed colour");
    let names = ["first", "second", "third", "fourth", "fifth"];
    for name in names {
        assert!(
            chart.svg.contains(&format!("class=\"band {name}\"")),
            "{name}"
        );
    }
}

#[test]
fn a_page_escapes_its_texts_and_puts_numbers_beside_itself() {
    let page = page().finish();
    assert!(page.html.contains("A sample of &lt;everything&gt;"));
    assert!(page.html.contains("a &lt;tag&gt;"));
    for outside in ["src=", "href=\"http", "url("] {
        assert!(!page.html.contains(outside), "{outside}");
    }
    let ids = ["lines", "marked", "dots", "steps", "bars", "words"];
    let paths: Vec<String> = ids.iter().map(|id| format!("charts/{id}.csv")).collect();
    assert!(page.csvs.iter().map(|(path, _)| path).eq(&paths));
    for path in &paths {
        assert!(page.html.contains(&format!("href=\"{path}\"")), "{path}");
    }
    let (open, closed) = (
        page.html.matches("<section>"),
        page.html.matches("</section>"),
    );
    assert_eq!(open.count(), closed.count());
    assert!(!page.html.contains("<dt>seed"), "an empty value");
}
