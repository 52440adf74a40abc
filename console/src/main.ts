import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { takeTicket } from './lib/handover';

const ticket = takeTicket(location, history);
const target = document.getElementById('app');
if (target) {
  mount(App, { target, props: { ticket } });
}
