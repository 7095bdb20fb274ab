package main

import (
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
)

// A listing in the three forms of crictl: ids alone (-q), JSON (-o json), or columns.
type table struct {
	c       *client
	key     string
	headers []string
	ids     []string
	objects []object
	rows    [][]string
}

func newTable(c *client, key string, headers ...string) *table {
	return &table{c: c, key: key, headers: headers, objects: []object{}}
}

func (t *table) row(o object, id string, columns ...string) {
	t.objects, t.ids, t.rows = append(t.objects, o), append(t.ids, id), append(t.rows, columns)
}

func (t *table) print() error {
	switch {
	case t.c.quiet:
		for _, id := range t.ids {
			fmt.Println(id)
		}
	case t.c.output == "json":
		return show(object{t.key: t.objects})
	default:
		w := tabwriter.NewWriter(os.Stdout, 0, 8, 3, ' ', 0)
		for _, columns := range append([][]string{t.headers}, t.rows...) {
			fmt.Fprintln(w, strings.Join(columns, "\t"))
		}
		return w.Flush()
	}
	return nil
}
