package check

import (
	"fmt"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// physical is column("name").
func (x *typer) physical(n *node) value {
	x.use(n.at, &Symbol{Kind: FunctionSymbol, Name: "column", Doc: builtin.FindSpecial("column").Doc})
	if x.row == nil {
		x.report(diag.WrongPlace, n.at, "column reads the rows of a source and stands in a source only", "in a rule write side.column")
		return value{}
	}
	if len(n.args) != 1 {
		x.report(diag.WrongArity, n.span, fmt.Sprintf("column takes 1 argument, not %d", len(n.args)), `write column("name")`)
		return value{}
	}
	name := x.node(n.args[0])
	if name.bad() {
		return value{}
	}
	if !name.literal() || name.Type.Kind != schema.String {
		x.report(diag.WrongArgument, n.args[0].span, "the name of a physical column is a literal text", `write column("name")`)
		return value{}
	}
	if x.derive {
		return x.physicalColumn(n.args[0].span, name.Value.Text, schema.String)
	}
	for i, c := range x.row.prog.Columns {
		if c.Name == name.Value.Text || c.Derived == nil && c.Physical == name.Value.Text {
			return x.rowColumn(n.span, n.args[0].span, i)
		}
	}
	if !x.row.open {
		known := knownNames(x.row.columns)
		x.add(diag.Diagnostic{Code: diag.UnknownColumn, Span: n.args[0].span, Message: fmt.Sprintf("unknown column %q in %s", name.Value.Text, x.row.Name),
			Hint: hintNames(name.Value.Text, "only declared columns are read: "+x.row.Name+" has", known)})
	}
	return value{}
}

// physicalColumn is a column of the data set, of the type that it is known to have, or else of
// kind.
func (x *typer) physicalColumn(at diag.Span, name string, kind schema.Kind) value {
	t := schema.Type{Kind: kind}
	if table, pinned := x.cat.Tables[x.row.Name]; pinned {
		c, ok := table.Find(name)
		if !ok {
			x.noPhysical(at, x.row, name)
			return value{}
		}
		if x.typedPlugin() {
			t = c.Type
		}
	}
	return value{zone: x.row.zoneOf(t), Expr: &program.Expr{Op: program.OpPhysical, Name: name, Type: t, Span: at}}
}

// typedPlugin reports whether the plugin of the row's source tells the types of its columns.
func (x *typer) typedPlugin() bool {
	return x.row.tree != nil && x.cat.Sources[x.row.tree.Plugin.Name].Abilities.Typed
}

func (m *module) noPhysical(at diag.Span, r *rowsDecl, name string) {
	var known []string
	for _, c := range m.cat.Tables[r.Name].Columns {
		known = append(known, c.Name)
	}
	hint := "recon.lock pins the shape; if the data set has changed, run recon schema pull"
	if near := diag.Suggest(name, known); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	m.report(diag.NoPhysicalColumn, at, fmt.Sprintf("the data set of %s has no column %q", r.Name, name), hint)
}
