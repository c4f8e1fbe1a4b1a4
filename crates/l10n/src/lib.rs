//! The words of the product: .ftl sources and the functions generated from them.
