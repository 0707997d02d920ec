package feature

import (
	"regexp"
	"strings"

	"github.com/recon-lang/recon/lang/syntax"
)

// escaped is a text as it stands in a snippet.
func escaped(text string) string {
	return strings.NewReplacer(`\`, `\\`, `$`, `\$`, `}`, `\}`).Replace(text)
}

// begun is what a client inserts that cannot fill in places: a snippet up to its first place or the end of its line, since there the author goes
// on. Where what stands in the places is what the label shows, that is all of it.
func begun(snippet, label string) string {
	if whole := unfilled(snippet); whole == label {
		return whole
	}
	for i := 0; i < len(snippet); i++ {
		switch c := snippet[i]; {
		case c == '\\':
			i++
		case c == '\n', c == '$' && i+1 < len(snippet) && (isDigit(snippet[i+1]) || snippet[i+1] == '{'):
			return unfilled(snippet[:i])
		}
	}
	return unfilled(snippet)
}

// unfilled is a snippet without its places: what stands in them, and nothing for the last.
func unfilled(snippet string) string {
	var b strings.Builder
	depth := 0
	for i := 0; i < len(snippet); i++ {
		switch c := snippet[i]; {
		case c == '\\' && i+1 < len(snippet):
			i++
			b.WriteByte(snippet[i])
		case c == '$' && i+1 < len(snippet) && isDigit(snippet[i+1]):
			i++
		case c == '$' && i+2 < len(snippet) && snippet[i+1] == '{':
			i += 2 // the digit
			if i+1 < len(snippet) && snippet[i+1] == ':' {
				i++
			} else if i+1 < len(snippet) && snippet[i+1] == '|' {
				end := strings.IndexByte(snippet[i:], '}')
				first, _, _ := strings.Cut(snippet[i+2:i+end-1], ",")
				b.WriteString(first)
				i += end
				continue
			}
			depth++
		case c == '}' && depth > 0:
			depth--
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// choice is a place with several texts to choose from.
func choice(n string, texts []string) string {
	if len(texts) == 0 {
		return "${" + n + ":name}"
	}
	for i, t := range texts {
		texts[i] = strings.NewReplacer(`\`, `\\`, `,`, `\,`, `|`, `\|`, `$`, `\$`, `}`, `\}`).Replace(t)
	}
	return "${" + n + "|" + strings.Join(texts, ",") + "|}"
}

// choices are the places of a snippet that have several texts to choose from.
var choices = regexp.MustCompile(`\$\{([0-9])\|((?:[^,|\\]|\\.)*)[^}]*\}`)

// unchosen is a snippet with the first text of each choice.
func unchosen(snippet string) string { return choices.ReplaceAllString(snippet, "$${$1:$2}") }

func (l *list) sideNames() (names []string) {
	for _, s := range l.sidesHere() {
		names = append(names, s.name)
	}
	return names
}

// form is what a keyword stands for in a block: the statement with its places, or the keyword and a blank.
func (l *list) form(s *syntax.Statement, k syntax.BlockKind) string {
	rows := l.rowNames()
	first, second := "${2:left}", "${3:right}"
	if len(rows) > 0 {
		first = choice("2", rows)
	}
	if len(rows) > 1 {
		second = choice("3", append(l.rowNames()[1:], l.rowNames()[0]))
	}
	switch {
	case k == syntax.FileBlock:
		switch s.Name {
		case "recon":
			return "recon 1\n"
		case "import":
			return `import "$0"`
		case "param":
			return "param ${1:date}: ${2:date}"
		case "let":
			return "let ${1:name} = $0"
		case "secret":
			return `secret ${1:name} = env("${2:VARIABLE}")`
		case "source":
			return "source ${1:name} from " + choice("2", sortedKeys(l.Unit.Catalog.Sources)) + " {\n  $0\n}"
		case "view":
			return "view ${1:name} from " + first + " {\n  $0\n}"
		case "action":
			return "action ${1:name} from " + choice("2", sortedKeys(l.Unit.Catalog.Actions)) + " {\n  $0\n}"
		case "rule":
			return "rule ${1:name} between " + first + ", " + second + " {\n  key ${4:column}\n\n  compare ${5:column}$0\n}"
		case "template":
			return "template ${1:name}(${2:param}: ${3:string}) {\n  $0\n}"
		case "moved":
			return "moved ${1:old} to ${2:new}"
		case "test":
			return `test "${1:what is special about it}" for ` + choice("2", l.ruleNames()) + " {\n  $0\n}"
		}
	case s.Name == "columns", s.Name == "schedule", s.Name == "window":
		return s.Name + " {\n  $0\n}"
	case s.Name == "on":
		return "on ${1|missing,mismatch,duplicate,unkeyed,expired,cleared|} {\n  do $0\n}"
	case s.Name == "given":
		return "given " + choice("1", l.sideNames()) + " {\n  $0\n}"
	case s.Name == "trigger":
		return "trigger " + choice("1", l.sideNames()) + ".changes {\n  $0\n}"
	case s.Name == "group" && k == syntax.ViewBlock:
		return "group ${1:column} {\n  $0\n}"
	case s.Name == "run":
		return "run at ${1:" + l.opt.Now.Format("2006-01-02T15:04") + "} {\n  $0\n}"
	case s.Name == "warn", s.Name == "fail":
		return s.Name + " when $0"
	case s.Name == "drill":
		return "drill into $0"
	}
	return s.Name + " $0"
}
