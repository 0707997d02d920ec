package schema

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Lock is the contents of recon.lock: the shapes of data sets and the plugins that a
// project was checked with. It is text, made to be kept in git and read in a review.
type Lock struct {
	Plugins map[string]PluginPin
	Tables  map[string]Table // by source name
}

// PluginPin pins a plugin that is not bundled: its version, and the SHA-256 of its binary in
// hex by platform ("linux/amd64").
type PluginPin struct {
	Version string
	Hashes  map[string]string
}

const lockHead = `# Shapes of data sets and pinned plugins. Written by "recon schema pull"; keep it in git.
recon.lock 1
`

// Format writes l; the same lock gives the same bytes.
func (l *Lock) Format() []byte {
	var b bytes.Buffer
	b.WriteString(lockHead)
	for _, name := range slices.Sorted(maps.Keys(l.Plugins)) {
		p := l.Plugins[name]
		fmt.Fprintf(&b, "\nplugin %s %s\n", name, p.Version)
		for _, platform := range slices.Sorted(maps.Keys(p.Hashes)) {
			fmt.Fprintf(&b, "  %s sha256:%s\n", platform, p.Hashes[platform])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.Tables)) {
		t := l.Tables[name]
		fmt.Fprintf(&b, "\nsource %s", name)
		if len(t.Key) > 0 {
			quoted := make([]string, len(t.Key))
			for i, k := range t.Key {
				quoted[i] = quoteText(k)
			}
			fmt.Fprintf(&b, " key %s", strings.Join(quoted, ", "))
		}
		b.WriteByte('\n')
		for _, c := range t.Columns {
			fmt.Fprintf(&b, "  %s %s\n", quoteText(c.Name), c.Type)
		}
	}
	return b.Bytes()
}

// ParseLock reads what Format wrote. Its errors name the line.
func ParseLock(text []byte) (*Lock, error) {
	l := &Lock{Plugins: map[string]PluginPin{}, Tables: map[string]Table{}}
	var plugin, source string
	headSeen := false
	scanner := bufio.NewScanner(bytes.NewReader(text))
	scanner.Buffer(nil, 1<<20)
	for n := 1; scanner.Scan(); n++ {
		line := strings.TrimRight(scanner.Text(), " \t\r")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fail := func(err error) (*Lock, error) { return nil, fmt.Errorf("recon.lock:%d: %w", n, err) }
		indented := strings.HasPrefix(line, "  ")
		fields := strings.Fields(line)
		switch {
		case !headSeen:
			if line != "recon.lock 1" {
				return fail(fmt.Errorf("the first line must be \"recon.lock 1\", this is %q; pull it again with a matching version of recon", line))
			}
			headSeen = true
		case !indented && fields[0] == "plugin" && len(fields) == 3:
			plugin, source = fields[1], ""
			l.Plugins[plugin] = PluginPin{Version: fields[2], Hashes: map[string]string{}}
		case !indented && fields[0] == "source" && len(fields) >= 2:
			plugin, source = "", fields[1]
			table := Table{}
			if _, key, ok := strings.Cut(line, " key "); ok {
				texts, err := parseTexts(key)
				if err != nil {
					return fail(err)
				}
				table.Key = texts
			}
			l.Tables[source] = table
		case indented && plugin != "" && len(fields) == 2 && strings.HasPrefix(fields[1], "sha256:"):
			l.Plugins[plugin].Hashes[fields[0]] = strings.TrimPrefix(fields[1], "sha256:")
		case indented && source != "":
			column, err := parseLockColumn(strings.TrimSpace(line))
			if err != nil {
				return fail(err)
			}
			table := l.Tables[source]
			table.Columns = append(table.Columns, column)
			l.Tables[source] = table
		default:
			return fail(fmt.Errorf("cannot read %q; pull it again with recon schema pull", line))
		}
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("recon.lock: %w", err)
	}
	return l, nil
}

func parseLockColumn(line string) (Column, error) {
	name, rest, err := cutText(line)
	if err != nil {
		return Column{}, err
	}
	t, err := ParseType(rest)
	return Column{Name: name, Type: t}, err
}
