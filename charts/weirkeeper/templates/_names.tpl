{{- define "weirkeeper.name" -}}
{{- if contains "weirkeeper" .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}{{ else }}{{ printf "%s-weirkeeper" .Release.Name | trunc 52 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- /* What selects the operator's pods; it never changes over upgrades. */ -}}
{{- define "weirkeeper.selector" -}}
app.kubernetes.io/name: weirkeeper
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "weirkeeper.labels" -}}
{{ include "weirkeeper.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- /* Rights over what the operator watches: the same rules in a ClusterRole or a Role. */ -}}
{{- define "weirkeeper.rules" -}}
- apiGroups: [weirkeeper.io]
  resources: [lakes, datasets, views, pipelines]
  verbs: [get, list, watch]
- apiGroups: [weirkeeper.io]
  resources: [pipelineruns]
  verbs: [get, list, watch, create, delete]
- apiGroups: [weirkeeper.io]
  resources: [lakes/status, datasets/status, views/status, pipelines/status, pipelineruns/status]
  verbs: [patch]
# Some clusters ask for this right of whoever sets blockOwnerDeletion.
- apiGroups: [weirkeeper.io]
  resources: [pipelines/finalizers, pipelineruns/finalizers]
  verbs: [update]
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch, create, delete, patch]
- apiGroups: [""]
  resources: [serviceaccounts]
  verbs: [get, list, watch, create, patch]
- apiGroups: [apps]
  resources: [controllerrevisions]
  verbs: [get, list, watch, create, delete, patch]
# Listed for one pod at a time, where a kubelet says why the pod does not start nowhere else.
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, list]
{{- end }}
