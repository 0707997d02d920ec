// Package doc writes the rules of a project as one page for people who do not read rule files: what is
// compared, how, when, and who owns it. It turns a checked program into Markdown or HTML, takes words from the
// rules and settings but never a secret, and computes nothing. Its API may change on any day.
package doc

import (
	_ "embed"
	"fmt"
	htmltemplate "html/template"
	"io"
	"strings"
	"text/template"

	"github.com/recon-lang/recon/lang/program"
)

//go:embed page.md.tmpl
var markdownText string

//go:embed page.html.tmpl
var htmlText string

var (
	markdownPage = template.Must(template.New("page").Funcs(template.FuncMap{"cell": cell, "code": code, "anchor": anchor}).Parse(markdownText))
	htmlPage     = htmltemplate.Must(htmltemplate.New("page").Funcs(htmltemplate.FuncMap{"anchor": anchor}).Parse(htmlText))
)

// Markdown writes the page as Markdown (CommonMark with tables). title is its heading. The same
// program gives the same bytes.
func Markdown(w io.Writer, title string, p *program.Program) error {
	var b strings.Builder
	if err := markdownPage.Execute(&b, newPage(title, p)); err != nil {
		return err
	}
	_, err := io.WriteString(w, strings.TrimRight(b.String(), "\n")+"\n")
	return err
}

// HTML writes the page as one HTML file that needs nothing else.
func HTML(w io.Writer, title string, p *program.Program) error {
	return htmlPage.Execute(w, newPage(title, p))
}

// cell is text as it stands in a cell of a Markdown table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;").Replace(text)
}

// code is text as code in a cell of a Markdown table.
func code(text string) string {
	text = strings.ReplaceAll(text, "\n", " ")
	if text == "" {
		return ""
	}
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return fence + strings.ReplaceAll(text, "|", `\|`) + fence
}

// anchor is what a link within the page names a heading by.
func anchor(kind, name string) string { return fmt.Sprintf("%s-%s", kind, name) }
