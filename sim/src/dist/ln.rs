//! The natural logarithm, fast and the same on every machine: only IEEE additions and
//! multiplications, no fused ones, no platform library.
//!
//! Table-driven after Tang, "Table-driven implementation of the logarithm function in IEEE
//! floating-point arithmetic" (ACM TOMS 16, 1990): with x = 2^k z, z in [0.6875, 1.375) and c the
//! middle of the 128th of that range that holds z, ln x = k ln 2 + ln c + ln(1 + (z - c)/c). The
//! two 128ths that touch 1 use c = 1, so the result keeps its relative accuracy there. Error below
//! 2 units in the last place (measured against libm in the test below).

/// z begins here: the bits of 0.6875. One 128th of a binade's bits is `1 << 45`.
const OFFSET: u64 = 0x3FE6_0000_0000_0000;
const CELL: u64 = 1 << 45;
const CELLS: usize = 128;
const EXPONENT: u64 = 0xFFF << 52;

#[derive(Clone, Copy)]
struct Cell {
    middle: f64,
    inverse: f64,
    ln: f64,
}

static CELL_TABLE: [Cell; CELLS] = cells();

const fn cells() -> [Cell; CELLS] {
    let mut table = [Cell {
        middle: 1.0,
        inverse: 1.0,
        ln: 0.0,
    }; CELLS];
    let one = ((1f64.to_bits() - OFFSET) / CELL) as usize;
    let mut i = 0;
    while i < CELLS {
        if i != one && i + 1 != one {
            let c = f64::from_bits(OFFSET + i as u64 * CELL + CELL / 2);
            table[i] = Cell {
                middle: c,
                inverse: 1.0 / c,
                ln: ln_by_series(c),
            };
        }
        i += 1;
    }
    table
}

/// ln c = 2 artanh((c - 1)/(c + 1)), summed from the smallest term; |s| < 0.19 here, so the 14
/// terms leave less than 1e-20.
const fn ln_by_series(c: f64) -> f64 {
    let s = (c - 1.0) / (c + 1.0);
    let mut sum = 0.0;
    let mut j = 13;
    while j > 0 {
        sum = (sum + 1.0 / (2 * j + 1) as f64) * s * s;
        j -= 1;
    }
    2.0 * s + 2.0 * s * sum
}

/// ln x for a positive, finite, normal `x`; anything else gives a meaningless number.
#[inline]
pub(crate) fn ln(x: f64) -> f64 {
    debug_assert!(x.is_normal() && x > 0.0, "ln({x})");
    let bits = x.to_bits();
    let from = bits.wrapping_sub(OFFSET);
    let cell = &CELL_TABLE[(from / CELL) as usize % CELLS];
    let k = (from as i64 >> 52) as f64;
    let z = f64::from_bits(bits.wrapping_sub(from & EXPONENT));
    // z and the middle lie within a factor of 2, so their difference is exact.
    let r = (z - cell.middle) * cell.inverse;
    let r2 = r * r;
    // ln(1 + r) by its own series: |r| <= 2^-7, the next term is below 2^-59.
    let tail =
        (-0.5 + r * (1.0 / 3.0)) + r2 * ((-0.25 + r * 0.2) + r2 * (-1.0 / 6.0 + r * (1.0 / 7.0)));
    (k * core::f64::consts::LN_2 + cell.ln) + (r + r2 * tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_in_last_places(x: f64) -> f64 {
        let exact = libm::log(x);
        let ulp = f64::from_bits(exact.abs().to_bits() + 1) - exact.abs();
        ((ln(x) - exact) / ulp).abs()
    }

    #[test]
    fn it_agrees_with_libm_to_two_last_places_over_the_whole_range() {
        let mut worst = 0.0f64;
        // Every exponent, and a dense sweep of the cells around 1.
        for exponent in -1021..1023 {
            for step in 0..64 {
                let x = 2f64.powi(exponent) * (1.0 + f64::from(step) / 64.0 + 1e-3);
                worst = worst.max(error_in_last_places(x));
            }
        }
        for step in 1..200_000 {
            worst = worst.max(error_in_last_places(0.6 + f64::from(step) * 4e-6));
        }
        assert!(worst <= 2.0, "worst error {worst} units in the last place");
    }

    #[test]
    fn it_keeps_relative_accuracy_next_to_one() {
        for shift in 1..53 {
            let step = 2f64.powi(-shift);
            for x in [1.0 - step, 1.0 + step] {
                if x != 1.0 {
                    assert!(error_in_last_places(x) <= 2.0, "at {x:e}");
                }
            }
        }
        assert_eq!(ln(1.0), 0.0);
    }
}
