use super::Format;

#[test]
fn formats_by_media_type_and_by_file_name() {
    for (media_type, format) in [
        ("text/csv", Some(Format::Csv)),
        ("Text/CSV; charset=UTF-8; header=present", Some(Format::Csv)),
        ("application/x-ndjson", Some(Format::Ndjson)),
        ("text/csv; charset=iso-8859-1", None),
        ("application/json", None),
        ("", None),
    ] {
        assert_eq!(Format::of_media_type(media_type), format, "{media_type}");
    }
    for (name, format) in
        [("a.csv", Some(Format::Csv)), ("a.b.JSONL", Some(Format::Ndjson)), ("a.txt", None), ("csv", None)]
    {
        assert_eq!(Format::of_file_name(name), format, "{name}");
    }
}
