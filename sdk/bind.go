package sdk

import (
	"strings"

	"github.com/recon-lang/recon/sdk/schema"
)

// BindNames writes the :name parameters of a query as a database wants them: placeholder
// gets the number of the occurrence, from 1, and the name, and returns "$1", "?" or
// "@name". A name that occurs twice is asked for twice, and names lists both, so the values for
// names, in that order, are the query's arguments with every driver.
// schema.SQLParams says what a parameter is.
func BindNames(query string, placeholder func(i int, name string) string) (bound string, names []string) {
	params, _ := schema.SQLParams(query) // the checker has refused what it could not read
	var b strings.Builder
	last := 0
	for i, p := range params {
		b.WriteString(query[last:p.Start])
		b.WriteString(placeholder(i+1, p.Name))
		names = append(names, p.Name)
		last = p.End
	}
	b.WriteString(query[last:])
	return b.String(), names
}
