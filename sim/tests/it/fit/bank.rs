//! January fitted, February predicted: the Anonymous Bank's log, where it is present.

use std::path::Path;

use policy_file::quantity::weekdays;
use sim::fit::predict::Prediction;
use sim::fit::request::{HoldOut, Request};

use super::recovery::{Folder, studied};
use crate::traces::bank;

/// Full counts.
fn is_proof() -> bool {
    std::env::var_os("LINEFINDER_PROOF").is_some()
}

/// January in Linefinder's hands, with what the bank's description tells and a log cannot: priority
/// customers 90 s ahead.
fn january(folder: &Folder) -> Option<Request> {
    let mut request = folder.request();
    request.log = bank()?;
    request.columns =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/bank-1999/columns-by-type.yaml");
    request.options.alike = vec![weekdays("sun-thu").unwrap()];
    request.replications = if is_proof() { 100 } else { 2 };
    request.what_ifs = is_proof();
    // The weekly table plays no part where presence is given.
    request.calibration_calls = is_proof().then_some(300_000.0);
    let types = [
        "regular", "prospect", "english", "internet", "stock", "returned",
    ];
    let by = std::time::Duration::from_secs(90);
    request.told.head_starts = types.map(|name| (format!("{name}-priority"), by)).to_vec();
    Some(request)
}

/// Within 1.5 points of the abandonment and 15 % of the mean wait of the served.
fn judge(prediction: &Prediction) {
    let [hung_up, wait] = ["abandonment_rate", "asa"].map(|id| prediction.figure(id).unwrap());
    assert!(
        hung_up.off().unwrap().abs() <= 0.015,
        "{}: {hung_up:?}",
        prediction.title
    );
    assert!(
        wait.off().unwrap().abs() <= 0.15,
        "{}: {wait:?}",
        prediction.title
    );
}

/// Every fifth date that counts, whatever it was like.
#[test]
fn every_fifth_day_of_january_is_predicted_from_the_others() {
    let folder = Folder::with("bank-held", &[]);
    let Some(mut request) = january(&folder) else {
        return;
    };
    request.hold_out = Some(HoldOut::Every(5));
    let study = studied(&request).unwrap_or_else(|error| panic!("{error:?}"));
    println!("{}", sim::fit::report::fit_table(&study));
    let held = study.held_out.as_ref().unwrap();
    assert_eq!((study.fitted.len(), held.dates.len()), (24, 5));
    judge(&held.given_calls_and_agents);
    if is_proof() {
        judge(&held.from_the_calendar);
        let (inside, of) = held.from_the_calendar.days_inside(|day| day.calls);
        assert!(inside + 1 >= of, "{inside} of {of}");
    }
}

/// Given February's working-day arrivals, types and inferred presence, everything else January's: within 1.5 points of
/// its abandonment and 15 % of the mean wait of the served. Talk is drawn from January's fit.
#[test]
fn february_s_working_days_are_predicted_from_january() {
    let folder = Folder::with("bank", &[]);
    let Some(mut request) = january(&folder) else {
        return;
    };
    let february = request.log.with_file_name("february-1999.csv");
    request.predict = Some((february, request.columns.clone()));
    request.predict_days = weekdays("sun-thu").unwrap();
    let study = studied(&request).unwrap_or_else(|error| panic!("{error:?}"));
    println!("{}", sim::fit::report::fit_table(&study));

    let predicted = study.predicted.as_ref().unwrap();
    assert_eq!(predicted.dates.len(), 20);
    let recorded = predicted
        .prediction
        .figure("abandonment_rate")
        .unwrap()
        .recorded;
    assert!((recorded - 0.1321).abs() < 0.0001, "{recorded}");
    judge(&predicted.prediction);
    // Figures of the log's description: 29 days, 5.5 % of services under 10 s, 41 % call again within the hour.
    assert_eq!((study.fitted.len(), study.log.days.missing.len()), (29, 2));
    let redials = study.parts.redials.unwrap();
    assert!(
        (0.40..0.48).contains(&redials.share_after_hanging_up),
        "{redials:?}"
    );
    let shape = study.parts.arrivals[0].overdispersion.unwrap();
    assert!((shape.lower..shape.upper).contains(&24.5), "{shape:?}");
    // Its peaks: near 10 s and 57 s.
    for at in [10.0, 57.0] {
        let near = study
            .parts
            .peaks
            .iter()
            .any(|peak| (peak.at - at).abs() <= 3.0);
        assert!(near, "{:?}", study.parts.peaks);
    }
}
