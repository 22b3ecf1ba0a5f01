//! Stacked columns over time, as SVG in the page.

use super::html::{escaped, number};
use super::totals::{Columns, Series};
use crate::verify::rfc_3339_seconds;

/// Told apart on screens and in print; the last one is for the rest.
const COLOURS: [&str; 9] = [
    "#2f5d8a", "#e08a1e", "#3a8f6a", "#8a4f9e", "#c2453b", "#6f9fc9", "#a3872b", "#4d4d4d",
    "#b7c0ca",
];

/// What was answered with 00 stands back behind what was refused.
const RESULTS: [&str; 9] = [
    "#a9bfd4", "#b3261e", "#e08a1e", "#8a4f9e", "#c9a227", "#3a8f6a", "#7a4b2a", "#4d4d4d",
    "#d4a5a0",
];

const WIDTH: u64 = 960;
const HEIGHT: u64 = 230;
const LEFT: u64 = 62;
const TOP: u64 = 12;
const PLOT_WIDTH: u64 = WIDTH - LEFT - 8;
const PLOT_HEIGHT: u64 = HEIGHT - TOP - 30;

/// Of what a chart is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Of {
    Commands,
    Results,
}

/// A chart with its caption and its legend.
pub(super) fn chart(of: Of, columns: Columns, series: &Series) -> String {
    let (caption, colours) = match of {
        Of::Commands => ("Commands over time, by command", COLOURS),
        Of::Results => ("Commands over time, by result (00: done)", RESULTS),
    };
    let layers = layers(of, series, columns.count, colours.len());
    let sums = (0..columns.count)
        .map(|at| layers.iter().filter_map(|(_, line)| line.get(at)).sum::<u64>());
    let top = nice(sums.max().unwrap_or(0));
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">\n",
        escaped(caption)
    );
    for part in 0..=4_u64 {
        let y = TOP + PLOT_HEIGHT - PLOT_HEIGHT * part / 4;
        let value = number_of(top, part);
        svg.push_str(&format!(
            "<line x1=\"{LEFT}\" y1=\"{y}\" x2=\"{}\" y2=\"{y}\" stroke=\"#e2e7ed\"/><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{value}</text>\n",
            LEFT + PLOT_WIDTH,
            LEFT - 8,
            y + 4
        ));
    }
    let count = u64::try_from(columns.count).unwrap_or(1).max(1);
    for (column, at) in (0..count).zip(0_usize..) {
        let (from, to) =
            (LEFT + PLOT_WIDTH * column / count, LEFT + PLOT_WIDTH * (column + 1) / count);
        let gap = if to - from > 6 { 2 } else { 1 };
        let width = (to - from).saturating_sub(gap).clamp(1, 60);
        let time = time_of(columns, column);
        let mut below = 0;
        for ((name, line), colour) in layers.iter().zip(colours) {
            let value = line.get(at).copied().unwrap_or_default();
            if value == 0 {
                continue;
            }
            // By tenths, so that few among many can still be seen.
            let [low, high] = [below, below + value].map(|value| tenths(value, top));
            let (y, height) = (10 * (TOP + PLOT_HEIGHT) - high, (high - low).max(6));
            svg.push_str(&format!(
                "<rect x=\"{from}\" y=\"{}.{}\" width=\"{width}\" height=\"{}.{}\" fill=\"{colour}\"><title>{}: {} {}</title></rect>\n",
                y / 10,
                y % 10,
                height / 10,
                height % 10,
                escaped(&time),
                number(value),
                escaped(name)
            ));
            below += value;
        }
    }
    let labels = count.min(6);
    for label in 0..labels {
        let column = label * count / labels;
        let x = LEFT + PLOT_WIDTH * column / count;
        let time = time_of(columns, column);
        svg.push_str(&format!("<text x=\"{x}\" y=\"{}\">{}</text>\n", HEIGHT - 8, escaped(&time)));
    }
    svg.push_str("</svg>\n");
    let legend: String = layers.iter().zip(colours).map(|((name, line), colour)| {
        let sum = number(line.iter().sum());
        format!("<span><i style=\"background:{colour}\"></i>{} <span class=\"sub\">{sum}</span></span>", escaped(name))
    }).collect();
    format!(
        "<figure><figcaption>{}</figcaption>\n{svg}<div class=\"legend\">{legend}</div></figure>\n",
        escaped(caption)
    )
}

/// The largest by name, and the rest together. What is done is at the bottom.
fn layers(of: Of, series: &Series, columns: usize, most: usize) -> Vec<(String, Vec<u64>)> {
    let mut all: Vec<_> = series.iter().map(|(name, line)| (name.clone(), line.clone())).collect();
    all.sort_by_key(|(name, line)| {
        (matches!(of, Of::Commands) || name != "00", u64::MAX - line.iter().sum::<u64>())
    });
    if all.len() <= most {
        return all;
    }
    let rest = all.split_off(most - 1);
    let sum = |at: usize| rest.iter().filter_map(|(_, line)| line.get(at)).sum();
    all.push((format!("{} others", rest.len()), (0..columns).map(sum).collect()));
    all
}

fn tenths(value: u64, top: u64) -> u64 {
    u64::try_from(u128::from(value) * u128::from(10 * PLOT_HEIGHT) / u128::from(top.max(1)))
        .unwrap_or(u64::MAX)
}

/// The next number that is easily divided by four.
fn nice(most: u64) -> u64 {
    if most <= 40 {
        return most.next_multiple_of(4).max(4);
    }
    let mut unit = 4_u64;
    loop {
        for times in [10, 12, 15, 20, 25, 30, 40, 50, 60, 80] {
            if unit.saturating_mul(times) >= most {
                return unit.saturating_mul(times);
            }
        }
        unit = unit.saturating_mul(10);
    }
}

fn number_of(top: u64, part: u64) -> String {
    number(top / 4 * part)
}

/// When a column begins, as short as it can be said.
fn time_of(columns: Columns, column: u64) -> String {
    let seconds = columns.start.saturating_add(column.saturating_mul(columns.step)) / 1_000_000;
    let time = rfc_3339_seconds(seconds);
    match time.split_once('T') {
        Some((day, _)) if columns.step >= 86_400_000_000 => day.to_owned(),
        Some((day, clock)) if columns.step < 60_000_000 => {
            format!("{} {}", day.get(5..).unwrap_or(day), clock.trim_end_matches('Z'))
        }
        Some((day, clock)) => {
            format!("{} {}", day.get(5..).unwrap_or(day), clock.get(..5).unwrap_or(clock))
        }
        None => time,
    }
}
