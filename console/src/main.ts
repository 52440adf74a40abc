import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { takeToken } from './lib/handover';

const token = takeToken(location, history);
const target = document.getElementById('app');
if (target) {
  mount(App, { target, props: { token } });
}
