// Package syntax turns the text of a .recon file into a tree. It knows which statements there
// are, how each is written and where it may stand; it knows nothing of names, types or
// plugins. Parse is total: any text gives a tree, in which broken statements are BadDecl and
// BadStmt and everything healthy around them keeps its exact place.
//
// The tree is the whole language. What the words mean is decided in lang/check; how a tree is
// laid out on the page in lang/format. The API may change on any day.
//
//	tree, diags := syntax.Parse(file) // tree is never nil
//
// The fields of a node that carry a parser tag are its grammar, as participle reads it: the
// keywords, then what follows them. A node's block is read by hand, statement by statement.
package syntax
