//! Answers of the engine hold; changed ones do not.
