//! `--what-if` and `--without`: holdings that are supposed to be others than was read.

use parentage::screen::Supposition;

/// The fields of an option's value, names with a comma in quotes.
fn fields(text: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let row = reader.records().next().and_then(Result::ok).unwrap_or_default();
    row.iter().map(str::to_owned).collect()
}

/// Reads `HOLDER,ISSUER,PERCENT` and, if it is not equity, the interest.
pub fn what_if(text: &str) -> Result<Supposition, String> {
    let all = fields(text);
    match all.as_slice() {
        [holder, issuer, share] => Supposition::new(holder, issuer, Some(share), ""),
        [holder, issuer, share, interest] => {
            Supposition::new(holder, issuer, Some(share), interest)
        }
        _ => {
            let how = "write HOLDER,ISSUER,PERCENT or HOLDER,ISSUER,PERCENT,INTEREST; a name with a \
                       comma in quotes";
            Err(how.to_owned())
        }
    }
}

/// Reads `HOLDER,ISSUER`.
pub fn without(text: &str) -> Result<Supposition, String> {
    match fields(text).as_slice() {
        [holder, issuer] => Supposition::new(holder, issuer, None, ""),
        _ => Err("write HOLDER,ISSUER; a name with a comma in quotes".to_owned()),
    }
}
