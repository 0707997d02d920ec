package schema

import (
	"slices"
	"strings"
)

// Setting is one setting that a plugin accepts. Type is String, Integer, Boolean,
// Decimal, Duration, Path, SQL, Secret, or a List of one of these. OneOf lists the allowed
// texts of a String; Default is shown to the author and is what the plugin does where
// the setting is absent. Example is a value as a rule file has it: `"orders.csv"`.
type Setting struct {
	Name     string
	Type     Type
	Required bool
	OneOf    []string
	Default  string
	Doc      string
	Example  string
}

// Abilities are what a source can do beyond reading its rows.
type Abilities struct {
	Typed      bool // Columns tells the types; without it every physical column is text (csv)
	Conditions bool // evaluates conditions itself; which ones, it says by Claim
	Order      bool // can deliver rows in the order of given columns
	Lookup     bool
	Changes    bool
	Checksum   bool
	Partitions bool
}

// Source describes a source plugin: what `recon check` and the editor know of it. Exactly
// one of the settings named in each group of OneSetting must be given (table or query).
type Source struct {
	Name       string
	Version    string
	Doc        string
	Settings   []Setting
	OneSetting [][]string
	Abilities  Abilities
}

// Action describes an action: a kind of message, ticket or command that a handler can do. Settings are given where
// the action is declared, Fields where a handler does it.
type Action struct {
	Name     string
	Version  string
	Doc      string
	Settings []Setting
	Fields   []Setting
	// PerBreak says that it is done once for each break, and that {name} in a text of its settings is the
	// break's column or key of that name; otherwise it is done once for all breaks of a run.
	PerBreak bool
}

// Config are the values of a source's settings, after checking: required ones present,
// types as declared, paths absolute. Settings not given are absent. It prints itself
// with secrets masked.
type Config map[string]Value

// Has reports whether the setting was given and is not null.
func (c Config) Has(name string) bool {
	v, ok := c[name]
	return ok && !v.Null
}

// Text is the text of a string, path, sql or secret setting, or def.
func (c Config) Text(name, def string) string {
	if !c.Has(name) {
		return def
	}
	return c[name].Text
}

// Int is an integer setting, or def.
func (c Config) Int(name string, def int64) int64 {
	if !c.Has(name) {
		return def
	}
	return c[name].Int
}

// Bool is a boolean setting, or def.
func (c Config) Bool(name string, def bool) bool {
	if !c.Has(name) {
		return def
	}
	return c[name].Int != 0
}

// Texts is a list of texts, or nil. A single text counts as a list of one.
func (c Config) Texts(name string) []string {
	if !c.Has(name) {
		return nil
	}
	v := c[name]
	if v.Type.Kind != List {
		return []string{v.Text}
	}
	texts := make([]string, len(v.List))
	for i, e := range v.List {
		texts[i] = e.Text
	}
	return texts
}

// String lists the settings by name, secrets masked.
func (c Config) String() string {
	names := make([]string, 0, len(c))
	for name := range c {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	for i, name := range names {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(name + " = " + c[name].String())
	}
	return b.String()
}

// Catalog is what a check knows of the world, as data: it starts nothing and connects to
// nothing.
type Catalog struct {
	Sources map[string]Source
	Actions map[string]Action
	Tables  map[string]Table // source name → shape pinned in recon.lock
	Missing map[string]error // plugin → why it could not be described
}
