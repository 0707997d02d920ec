package eval

import (
	"slices"

	"github.com/recon-lang/recon/lang/program"
)

// DoubtColumn is the name of the boolean column in which a view says where its column of that name is poisoned: no name
// of a column begins like it.
func DoubtColumn(name string) string { return "\x00" + name }

// Doubts reports whether a column of a view can be poisoned, and so comes with a DoubtColumn. Of a source that is no
// view it is false: there the shape itself finds what is poisoned. The column is known by its name, because a
// view may be read for some of its columns only.
func Doubts(src *program.Source, column int) bool {
	v := src.View
	if v == nil {
		return false
	}
	if v.Group != nil {
		return true
	}
	name := src.Columns[column].Name
	i := slices.IndexFunc(v.Row, func(c program.Column) bool { return c.Name == name })
	return i >= 0 && RowDoubts(v, i)
}

// RowDoubts reports whether column i of a view's row can be poisoned.
func RowDoubts(v *program.View, i int) bool {
	c := &v.Row[i]
	return c.Derived != nil || slices.ContainsFunc(v.Parts, func(p program.Part) bool {
		return ColumnDoubts(p.Source, p.Columns[i])
	})
}

// ColumnDoubts reports whether a column of a source or view can be poisoned.
func ColumnDoubts(src *program.Source, column int) bool {
	return Doubts(src, column) || src.View == nil && src.Columns[column].Derived != nil
}
