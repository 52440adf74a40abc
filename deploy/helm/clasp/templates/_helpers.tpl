{{- define "clasp.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "clasp.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 55 | trimSuffix "-" -}}
{{- else if contains (include "clasp.name" .) .Release.Name -}}
{{- .Release.Name | trunc 55 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "clasp.name" .) | trunc 55 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "clasp.selector" -}}
app.kubernetes.io/name: {{ include "clasp.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "clasp.labels" -}}
{{ include "clasp.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: router
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "clasp.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end -}}

{{- define "clasp.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ default (include "clasp.fullname" .) .Values.serviceAccount.name }}
{{- else -}}
{{ default "default" .Values.serviceAccount.name }}
{{- end -}}
{{- end -}}

{{- define "clasp.probe" -}}
httpGet:
  path: {{ .path }}
  {{- if gt (int .root.Values.health.port) 0 }}
  port: health
  {{- else }}
  port: clasp
  scheme: {{ ternary "HTTPS" "HTTP" (and (ne .root.Values.tls.existingSecret "") .root.Values.tls.only) }}
  {{- end }}
{{- end -}}
