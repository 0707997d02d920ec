package sdktest

import (
	"context"
	"fmt"
	"slices"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/condition"
	"github.com/recon-lang/recon/sdk/schema"
)

// Table is a data set of a Memory source. Its rows are given as text (see Case.Rows) in
// Rows, or as Values in the order of Columns; where both are given, Values follow. A text that does not fit
// its column's type is a mistake of the test and panics: for a value that is bad on
// purpose, declare the column a string and ask for another type.
type Table struct {
	Columns []schema.Column
	Key     []string
	Rows    string
	Values  [][]schema.Value

	// Claim is what the source says of conditions: None, it ignores them; Superset, it also gives every third
	// row that does not fit; Exact.
	Claim schema.Claim
	// Sorts says that the source orders rows as asked.
	Sorts bool
	// Adds says that the source adds rows up, where it claims all conditions as Exact. Key is then unique.
	Adds bool
	// Database, unless "", is that of the table: it is compared with others of the same.
	Database string
	// Fail, where it is set, is called before each batch with the number of rows emitted so far; its
	// error ends the read.
	Fail func(emitted int) error
}

// Memory is a source of data in memory, named name, whose setting "table" picks one of
// tables. It keeps the contract of a source in full: any columns, in any order, as any
// type that their text fits. It is safe for concurrent use, and so are its reads.
func Memory(name string, tables map[string]Table) sdk.Source {
	m := &memory{name: name, tables: map[string]memoryTable{}}
	for key, t := range tables {
		rows, err := parseRows(t.Rows, t.Columns, nil)
		if err != nil {
			panic(fmt.Sprintf("sdktest: table %q: %v", key, err))
		}
		m.tables[key] = memoryTable{Table: t, rows: append(rows, t.Values...)}
	}
	return m
}

type memory struct {
	name   string
	tables map[string]memoryTable
}

type memoryTable struct {
	Table
	rows [][]schema.Value
}

func (m *memory) Describe() schema.Source {
	names := make([]string, 0, len(m.tables))
	for name := range m.tables {
		names = append(names, name)
	}
	slices.Sort(names)
	adds := false
	for _, t := range m.tables {
		adds = adds || t.Adds
	}
	return schema.Source{
		Name:    m.name,
		Version: "1",
		Doc:     "Rows in memory, for tests.",
		Settings: []schema.Setting{
			{Name: "table", Type: schema.Type{Kind: schema.String}, Required: true, OneOf: names, Doc: "Which of the tables."},
		},
		Abilities: schema.Abilities{Typed: true, Conditions: true, Order: true, Checksum: adds},
	}
}

func (m *memory) table(cfg schema.Config) (memoryTable, error) {
	t, ok := m.tables[cfg.Text("table", "")]
	if !ok {
		return t, &sdk.Error{Setting: "table", Message: fmt.Sprintf("there is no table %q", cfg.Text("table", ""))}
	}
	return t, nil
}

func (m *memory) Columns(ctx context.Context, cfg schema.Config) (schema.Table, error) {
	t, err := m.table(cfg)
	return schema.Table{Columns: t.Table.Columns, Key: t.Key}, err
}

// Claim claims what the table says for conditions that it can evaluate, which are those on
// columns asked for by their own type.
func (m *memory) Claim(req sdk.ReadRequest) sdk.Claims {
	t, err := m.table(req.Config)
	if err != nil {
		return sdk.Claims{}
	}
	claims := sdk.Claims{Where: make([]schema.Claim, len(req.Where)), Ordered: t.Sorts, Database: t.Database}
	for i, c := range req.Where {
		if evaluable(c, t.Table.Columns) {
			claims.Where[i] = t.Claim
		}
	}
	return claims
}

func evaluable(c schema.Condition, columns []schema.Column) bool {
	for _, a := range c.Args {
		if !evaluable(a, columns) {
			return false
		}
	}
	if c.Column != "" {
		column, ok := schema.Table{Columns: columns}.Find(c.Column)
		if !ok || !column.Type.Equal(c.Type) {
			return false
		}
	}
	_, err := condition.New([]schema.Condition{c}, columns)
	return err == nil
}

func (m *memory) Read(ctx context.Context, req sdk.ReadRequest, emit func(*batch.Batch) error) error {
	t, err := m.table(req.Config)
	if err != nil {
		return err
	}
	where := req.Where[:0:0]
	for _, c := range req.Where {
		if t.Claim != schema.None && evaluable(c, t.Table.Columns) {
			where = append(where, c)
		}
	}
	chosen, err := t.choose(where)
	if err != nil {
		return err
	}
	plan, err := t.project(req)
	if err != nil {
		return err
	}
	if t.Sorts && len(req.Order) > 0 {
		if err := plan.sort(chosen, req.Order); err != nil {
			return err
		}
	}
	return plan.emit(ctx, chosen, t.Fail, emit)
}

// choose is the indexes of the rows to deliver.
func (t *memoryTable) choose(where []schema.Condition) ([]int, error) {
	filter, err := condition.New(where, t.Table.Columns)
	if err != nil {
		return nil, err
	}
	types := make([]schema.Type, len(t.Table.Columns))
	for i, c := range t.Table.Columns {
		types[i] = c.Type
	}
	b := batch.NewBuilder(types...)
	for _, row := range t.rows {
		for i, v := range row {
			if problem := b.Column(i).AppendValue(v); problem != "" {
				return nil, fmt.Errorf("sdktest: value %s of column %s: %s", v, t.Table.Columns[i].Name, problem)
			}
		}
		b.EndRow()
	}
	var chosen []int
	for i, keep := range filter.Eval(b.Batch()) {
		if keep || t.Claim == schema.Superset && i%3 == 0 {
			chosen = append(chosen, i)
		}
	}
	return chosen, nil
}
