// What kubectl wait, Flux and Helm conclude about objects: reads one object or a
// list as JSON and prints a line `name status message` for each.
//
// The verdict is that of the library which those tools use, so that a test of the
// status contract asks them and not our reading of them.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "kstatus:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	text, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	objects, err := parse(text)
	if err != nil {
		return err
	}
	for _, object := range objects {
		verdict, err := status.Compute(object)
		if err != nil {
			return fmt.Errorf("%s: %w", object.GetName(), err)
		}
		message := strings.ReplaceAll(verdict.Message, "\n", " ")
		fmt.Fprintln(out, object.GetName(), verdict.Status, message)
	}
	return nil
}

// parse takes `kubectl get -o json` of one object or many, or a plain JSON array.
// Whole numbers become int64 (not float64), as the library expects generations.
func parse(text []byte) ([]*unstructured.Unstructured, error) {
	var parsed any
	if err := json.Unmarshal(text, &parsed); err != nil {
		return nil, err
	}
	switch value := parsed.(type) {
	case []any:
		return wrap(value)
	case map[string]any:
		if items, isList := value["items"].([]any); isList {
			return wrap(items)
		}
		return wrap([]any{value})
	}
	return nil, errors.New("expected an object, a list or an array of objects")
}

func wrap(items []any) ([]*unstructured.Unstructured, error) {
	var objects []*unstructured.Unstructured
	for _, item := range items {
		object, isObject := item.(map[string]any)
		if !isObject {
			return nil, errors.New("an item is no object")
		}
		objects = append(objects, &unstructured.Unstructured{Object: object})
	}
	return objects, nil
}
