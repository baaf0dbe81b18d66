//! A row that is not one is refused, with words that say what to write instead.

use quote::quote;

use super::{Column, Row};

fn read(item: proc_macro2::TokenStream) -> Result<Row, String> {
    Row::read(syn::parse2(item).unwrap()).map_err(|error| error.to_string())
}

#[test]
fn a_row_is_read() {
    let row = read(quote! {
        struct Moved<'a> {
            #[rows(key)]
            id: Uuid,
            r#type: &'a str,
            #[rows(fixed)]
            made_at: DateTime<Utc>,
        }
    })
    .unwrap();
    let columns: Vec<_> = row.columns.iter().map(|column| (column.name(), column.is_fixed)).collect();
    assert_eq!(columns, [("id".to_owned(), true), ("type".to_owned(), false), ("made_at".to_owned(), true)]);
    assert_eq!(row.columns.iter().map(Column::name).collect::<Vec<_>>().join(" "), "id type made_at");
}

#[test]
fn what_is_not_a_row_is_refused() {
    for (item, complaint) in [
        (
            quote!(
                struct Moved(Uuid);
            ),
            "a row needs named fields: each is a column",
        ),
        (
            quote!(
                struct Moved {}
            ),
            "a row needs named fields: each is a column",
        ),
        (
            quote!(
                enum Moved {
                    Up,
                }
            ),
            "a row is a struct",
        ),
        (
            quote!(
                struct Moved {
                    #[rows(column = "x")]
                    id: Uuid,
                }
            ),
            "a column may be a `key` or `fixed`",
        ),
    ] {
        assert_eq!(read(item).err().as_deref(), Some(complaint));
    }
}
