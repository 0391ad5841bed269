//! M/M/n with two classes of patient calls, equal service rates, the first class always taken
//! before the second, nobody interrupted (Cobham 1954; Kella & Yechiali, "Waiting times in the
//! non-preemptive priority M/M/c queue", 1985).

use super::birth_death::erlang_c;

/// Mean waits of the first and second class: W_1 = C / (n mu (1 - s_1)),
/// W_2 = C / (n mu (1 - s_1)(1 - s_1 - s_2)), C the probability of waiting of all calls together, s_i
/// the share of the agents' time that class i takes.
pub(crate) fn mean_waits(arrivals: [f64; 2], services: f64, agents: usize) -> [f64; 2] {
    let full_rate = agents as f64 * services;
    let wait = erlang_c((arrivals[0] + arrivals[1]) / services, agents);
    let first = 1.0 - arrivals[0] / full_rate;
    let both = first - arrivals[1] / full_rate;
    assert!(both > 0.0, "unstable");
    let residual = wait / full_rate;
    [residual / first, residual / (first * both)]
}

mod tests {
    use super::super::birth_death::Station;
    use super::*;

    #[test]
    fn the_mean_wait_of_all_does_not_depend_on_priorities() {
        let (arrivals, services, n) = ([30.0, 70.0], 4.0, 28);
        let [first, second] = mean_waits(arrivals, services, n);
        let together = Station::erlang_c(100.0, services, n).solve().mean_wait();
        let mean = (30.0 * first + 70.0 * second) / 100.0;
        assert!((mean - together).abs() < 1e-13, "{mean} and {together}");
        assert!(first < together && together < second);
    }

    #[test]
    fn one_agent_is_the_textbook_case() {
        // M/M/1, mu 1, 0.25 and 0.5: residual 0.75; waits 0.75/0.75 and 0.75/(0.75 * 0.25).
        let [first, second] = mean_waits([0.25, 0.5], 1.0, 1);
        assert!((first - 1.0).abs() < 1e-12 && (second - 4.0).abs() < 1e-12);
    }
}
