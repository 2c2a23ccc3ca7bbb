use super::*;

fn alert(party: &str, alert_id: &str, verdict: &str) -> Alert {
    let text = format!(
        r#"{{"party_id":"","party":"{party}","verdict":"{verdict}","alert_id":"{alert_id}"}}"#
    );
    serde_json::from_str(&text).unwrap()
}

#[test]
fn another_verdict_on_the_same_evidence_is_told_and_two_equal_rows_are_two_alerts() {
    let before = [alert("A", "1", "review"), alert("B", "2", "hit"), alert("B", "2", "hit")];
    let after = [alert("A", "1", "hit"), alert("B", "2", "hit")];
    let found = differences(before.iter(), after.iter());
    let told: Vec<(Change, &str, &str)> = found
        .iter()
        .map(|(change, own)| (*change, own.party.as_str(), own.verdict.as_str()))
        .collect();
    assert_eq!(
        told,
        [(Change::New, "A", "hit"), (Change::Gone, "A", "review"), (Change::Gone, "B", "hit")]
    );
}
