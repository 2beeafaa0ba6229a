{{- /*
Refuses a release that cannot work beside another one of the same cluster, in words that say what to do. It reads the cluster, so it
finds nothing under `helm template`. Only with rights that the installation needs anyway.
*/ -}}
{{- define "weirkeeper.checkReleases" -}}
{{- if .Values.crds.install -}}
  {{- with lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" "pipelines.weirkeeper.io" -}}
    {{- $release := dig "annotations" "meta.helm.sh/release-name" "" .metadata -}}
    {{- $namespace := dig "annotations" "meta.helm.sh/release-namespace" "" .metadata -}}
    {{- if not $release -}}
      {{- fail "The CRDs of Weirkeeper are in this cluster already, installed without Helm. Install this release with --set crds.install=false, and upgrade the CRDs by kubectl apply --server-side --force-conflicts -f crds/" -}}
    {{- else if or (ne $release $.Release.Name) (ne $namespace $.Release.Namespace) -}}
      {{- $name := include "weirkeeper.name" (dict "Release" (dict "Name" $release)) -}}
      {{- $advice := "Install this one with crds.install=false: it uses them as they are." -}}
      {{- if lookup "rbac.authorization.k8s.io/v1" "ClusterRole" "" $name -}}
        {{- $advice = printf "It watches every namespace, %s too, so a second operator must not run. Use that one; or upgrade it with namespaced=true, and then install this one with namespaced=true,crds.install=false." $.Release.Namespace -}}
      {{- end -}}
      {{- fail (printf "The CRDs of Weirkeeper in this cluster belong to release %s in namespace %s. %s" $release $namespace $advice) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- if not .Values.namespaced -}}
  {{- range (lookup "rbac.authorization.k8s.io/v1" "ClusterRole" "" "").items -}}
    {{- $labels := .metadata.labels | default dict -}}
    {{- $release := dig "annotations" "meta.helm.sh/release-name" "" .metadata -}}
    {{- $namespace := dig "annotations" "meta.helm.sh/release-namespace" "" .metadata -}}
    {{- if and (eq "weirkeeper" (dig "app.kubernetes.io/name" "" $labels)) (or (ne $release $.Release.Name) (ne $namespace $.Release.Namespace)) -}}
      {{- fail (printf "Release %s in namespace %s has an operator that watches every namespace; a second one must not run. Use that one, or install this one with namespaced=true after the other was upgraded with namespaced=true." $release $namespace) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- end }}
