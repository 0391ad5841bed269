//! January fitted, February predicted: the Anonymous Bank's log, where it is present.

use std::path::Path;

use policy_file::quantity::weekdays;

use super::recovery::{Folder, studied};
use crate::traces::bank;

/// Full counts.
fn is_proof() -> bool {
    std::env::var_os("LINEFINDER_PROOF").is_some()
}

/// Given February's working-day arrivals, types and inferred presence, everything else January's: within 1.5 points of
/// its abandonment and 15 % of the mean wait of the served. Talk is drawn from January's fit.
#[test]
fn february_s_working_days_are_predicted_from_january() {
    let Some(january) = bank() else { return };
    let columns =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/bank-1999/columns-by-type.yaml");
    let folder = Folder::with("bank", &[]);
    let mut request = folder.request();
    request.predict = Some((january.with_file_name("february-1999.csv"), columns.clone()));
    (request.log, request.columns) = (january, columns);
    request.options.alike = vec![weekdays("sun-thu").unwrap()];
    request.predict_days = weekdays("sun-thu").unwrap();
    request.replications = if is_proof() { 100 } else { 2 };
    // The weekly table's calibration plays no part where presence is given.
    request.what_ifs = is_proof();
    request.calibration_calls = is_proof().then_some(150_000.0);
    let types = [
        "regular", "prospect", "english", "internet", "stock", "returned",
    ];
    let head_start = std::time::Duration::from_secs(90);
    request.told.head_starts = types
        .map(|name| (format!("{name}-priority"), head_start))
        .to_vec();
    let study = studied(&request).unwrap_or_else(|error| panic!("{error:?}"));
    println!("{}", sim::fit::report::fit_table(&study));

    let predicted = study.predicted.as_ref().unwrap();
    assert_eq!(predicted.dates.len(), 20);
    let [hung_up, wait] =
        ["abandonment_rate", "asa"].map(|id| predicted.prediction.figure(id).unwrap());
    assert!((hung_up.recorded - 0.1321).abs() < 0.0001, "{hung_up:?}");
    assert!(hung_up.off().abs() <= 0.015, "{hung_up:?}");
    assert!(wait.off().abs() <= 0.15, "{wait:?}");
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
